using System.Text.Json;

namespace Transformer2.Cli;

/// <summary>The members of a line's object. What is missing, of another kind or unknown is refused by name.</summary>
internal static class LineMembers
{
    /// <exception cref="InputException">There is a member of another name, which would otherwise be ignored without a word.</exception>
    public static void ExpectOnly(this JsonElement line, params ReadOnlySpan<string> names)
    {
        foreach (var member in line.EnumerateObject())
        {
            if (!names.Contains(member.Name))
            {
                throw new InputException($"'{member.Name}' is not one of {string.Join(", ", names)}.");
            }
        }
    }

    public static string Text(this JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new InputException($"'{name}' is missing or is not a string.");

    /// <summary>False when it is absent.</summary>
    public static bool Flag(this JsonElement line, string name)
    {
        if (!line.TryGetProperty(name, out var value))
        {
            return false;
        }

        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw new InputException($"'{name}' is not true or false.");
    }

    /// <summary>Numbers from 0 to below a limit.</summary>
    public static List<int> Ids(this JsonElement line, string name, int limit)
    {
        if (!line.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw new InputException($"'{name}' is missing or is not a list.");
        }

        var ids = new List<int>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            ids.Add(item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var id) && id >= 0 && id < limit
                ? id
                : throw new InputException($"'{item.GetRawText()}' in '{name}' is not a whole number from 0 to {limit - 1}."));
        }

        return ids;
    }
}
