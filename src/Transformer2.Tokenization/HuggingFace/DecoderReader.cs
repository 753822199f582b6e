using System.Text.Json;

namespace Transformer2.Tokenization;

/// <summary>Reads the <c>decoder</c> of a tokenizer.json.</summary>
internal static class DecoderReader
{
    public static TokenDecoder Read(JsonElement? element)
    {
        if (element is not { } e)
            throw new TokenizerException("A tokenizer without decoder is not supported.");
        var steps = e.Text("type") == "Sequence" ? e.Items("decoders").ToList() : [e];
        var decoder = new TokenDecoder(ByteLevel: false, [], ByteFallback: false, LeadingSpacesToDrop: 0);
        var fused = false;
        foreach (var step in steps)
        {
            if (decoder.ByteLevel)
                throw new TokenizerException("A decoder after ByteLevel is not supported.");
            decoder = step.Text("type") switch
            {
                "ByteLevel" when steps.Count == 1 => decoder with { ByteLevel = true },
                "Replace" when !fused && !decoder.ByteFallback => decoder with
                {
                    Replacements = [.. decoder.Replacements, (PipelineReader.Pattern(step), step.Text("content"))],
                },
                "ByteFallback" when !fused => decoder with { ByteFallback = true },
                "Metaspace" when !fused && !decoder.ByteFallback => Metaspace(decoder, step),
                "Strip" when fused => decoder with { LeadingSpacesToDrop = LeadingSpaces(step) },
                "Fuse" => decoder,
                var type => throw new TokenizerException($"The decoder '{type}' is not supported at this place."),
            };
            fused |= step.Text("type") == "Fuse";
        }
        return decoder;
    }

    private static TokenDecoder Metaspace(TokenDecoder decoder, JsonElement step)
    {
        var mark = new LiteralPattern(PipelineReader.MetaspaceMark(step).ToString());
        var prefixed = step.OptionalText("prepend_scheme") is { } scheme
            ? scheme != "never"
            : step.Flag("add_prefix_space", otherwise: true);
        return decoder with { Replacements = [.. decoder.Replacements, (mark, " ")], LeadingSpacesToDrop = prefixed ? 1 : 0 };
    }

    private static int LeadingSpaces(JsonElement step) =>
        step.Text("content") == " " && step.Integer("stop") == 0
            ? step.Integer("start")
            : throw new TokenizerException("The decoder 'Strip' is supported for leading spaces only.");
}
