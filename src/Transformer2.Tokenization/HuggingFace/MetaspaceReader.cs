using System.Text.Json;

namespace Transformer2.Tokenization;

/// <summary>Reads the fields that the pre-tokenizer and the decoder <c>Metaspace</c> have in common.</summary>
internal static class MetaspaceReader
{
    public static char Mark(JsonElement e) =>
        e.Text("replacement") is [var mark] ? mark : throw new TokenizerException("Metaspace's replacement is not one character.");

    /// <summary><c>add_prefix_space</c> is all that old files have; beside a <c>prepend_scheme</c> it may not deny that.</summary>
    public static PrependScheme Scheme(JsonElement e)
    {
        var prefix = e.Flag("add_prefix_space", otherwise: true);
        var scheme = e.OptionalText("prepend_scheme") switch
        {
            null => prefix ? PrependScheme.Always : PrependScheme.Never,
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            var other => throw new TokenizerException($"The prepend scheme '{other}' is not supported."),
        };
        return prefix || scheme == PrependScheme.Never
            ? scheme
            : throw new TokenizerException("Metaspace's add_prefix_space is false, which its prepend_scheme contradicts.");
    }
}
