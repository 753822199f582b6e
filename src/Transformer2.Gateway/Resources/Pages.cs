using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Transformer2.Gateway;

/// <summary>Page sizes and page tokens. A token names the list that it belongs to, and means nothing in any other.</summary>
internal static class Pages
{
    private const int DefaultSize = 50;
    private const int MaxSize = 1000;
    private const int MaxTokenLength = 512;

    public static int Size(int asked) => asked switch
    {
        < 0 => throw Fields.Invalid("page_size", "page_size is negative."),
        0 => DefaultSize,
        _ => Math.Min(asked, MaxSize),
    };

    public static string Token(string list, string? last) =>
        last is null ? "" : Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{list}\n{last}"));

    public static string? After(string list, string token)
    {
        if (token.Length == 0)
            return null;
        if (token.Length > MaxTokenLength || !Base64Url.IsValid(token))
            throw Unknown();
        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token));
        return text.StartsWith($"{list}\n", StringComparison.Ordinal) ? text[(list.Length + 1)..] : throw Unknown();
    }

    /// <summary>What a token of a list in falling order of numbers says.</summary>
    public static long? Before(string list, string token) => After(list, token) is not { } last
        ? null
        : long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Unknown();

    private static Abstractions.PlatformException Unknown() => Fields.Invalid("page_token", "page_token is not one that this list gave.");
}
