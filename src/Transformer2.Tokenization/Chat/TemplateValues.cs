using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Transformer2.Tokenization.Jinja;

namespace Transformer2.Tokenization;

/// <summary>Turns a caller's data into values of a template. All strings are marked as the user's; there is no reflection.</summary>
internal static class TemplateValues
{
    public static object? FromUser(object? value, int depth = 0)
    {
        if (depth > PythonText.MaxDepth)
            throw PythonText.TooDeep();
        return value switch
        {
            null or bool or long or double => value,
            string text => Text.Of(text, isFromUser: true),
            byte or sbyte or short or ushort or int or uint => Convert.ToInt64(value, CultureInfo.InvariantCulture),
            ulong n => Numbers.Of(n),
            Int128 n => Numbers.Of(n),
            UInt128 n => Numbers.Of(n),
            BigInteger n => Numbers.Of(n),
            float or decimal => Convert.ToDouble(value, CultureInfo.InvariantCulture),
            JsonElement json => FromJson(json, depth),
            ChatMessage message => FromMessage(message),
            IEnumerable<KeyValuePair<string, object?>> map => ToMap(map, depth),
            IEnumerable items => items.Cast<object?>().Select(i => FromUser(i, depth + 1)).ToList(),
            _ => throw new ChatTemplateException($"A value of type {value.GetType().Name} cannot be passed to a chat template."),
        };
    }

    private static Map FromMessage(ChatMessage message) => new()
    {
        [Text.Of("role")] = Text.Of(message.Role, isFromUser: true),
        [Text.Of("content")] = Text.Of(message.Content, isFromUser: true),
    };

    private static object? FromJson(JsonElement json, int depth)
    {
        try
        {
            return FromWellFormedJson(json, depth);
        }
        catch (InvalidOperationException e)
        {
            throw new ChatTemplateException("JSON passed to the chat template holds an unpaired surrogate.", e);
        }
    }

    private static object? FromWellFormedJson(JsonElement json, int depth) => json.ValueKind switch
    {
        JsonValueKind.String => Text.Of(json.GetString()!, isFromUser: true),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => json.TryGetInt64(out var integer) ? integer : Number(json.GetRawText()),
        JsonValueKind.Array => json.EnumerateArray().Select(i => FromUser(i, depth + 1)).ToList(),
        JsonValueKind.Object => ToMap(json.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, (object?)p.Value)), depth),
        _ => null,
    };

    /// <summary>A whole number is kept exactly; what does not fit is refused.</summary>
    private static object Number(string json)
    {
        if (!json.AsSpan().ContainsAny(".eE"))
        {
            return json.Length <= Numbers.MaxDigits
                ? Numbers.Of(BigInteger.Parse(json, CultureInfo.InvariantCulture))
                : throw TooLarge(json);
        }
        var number = double.Parse(json, CultureInfo.InvariantCulture);
        return double.IsFinite(number) ? number : throw TooLarge(json);
    }

    private static ChatTemplateException TooLarge(string json) =>
        new($"The number {Shortened(json)} passed to the chat template is too large.");

    private static string Shortened(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private static Map ToMap(IEnumerable<KeyValuePair<string, object?>> entries, int depth)
    {
        var map = new Map();
        foreach (var (name, value) in entries)
            map[Text.Of(name, isFromUser: true)] = FromUser(value, depth + 1);
        return map;
    }
}
