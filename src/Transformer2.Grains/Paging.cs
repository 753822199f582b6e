using System.Collections.Immutable;

namespace Transformer2.Grains;

/// <summary>
/// Pages through ids in ordinal order. The token is the last id seen, so changes between pages neither repeat nor hide others.
/// </summary>
internal static class Paging
{
    /// <summary>The first <paramref name="count"/> items after an id, and the id to continue after if there are more.</summary>
    public static (ImmutableArray<T> Items, string? Last) Page<T>(IEnumerable<T> items, Func<T, string> id, string? after, int count)
    {
        var page = items
            .Where(item => after is null || string.CompareOrdinal(id(item), after) > 0)
            .OrderBy(id, StringComparer.Ordinal)
            .Take(count + 1)
            .ToArray();
        return page.Length <= count ? ([.. page], null) : ([.. page[..count]], id(page[count - 1]));
    }
}
