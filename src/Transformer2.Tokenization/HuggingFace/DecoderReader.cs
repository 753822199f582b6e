using System.Text.Json;

namespace Transformer2.Tokenization;

/// <summary>
/// Reads the <c>decoder</c> of a tokenizer.json. Its steps work on the list of tokens: they rewrite spellings one by one, then bytes
/// become text, then all is one text (<c>Fuse</c>), of which only the ends can change. Other orders are refused.
/// </summary>
internal static class DecoderReader
{
    public static TokenDecoder Read(JsonElement? element)
    {
        if (element is not { } e)
            throw new TokenizerException("A tokenizer without decoder is not supported.");
        var steps = e.Text("type") == "Sequence" ? PipelineReader.Parts(e, "decoders") : [e];
        var decoder = new TokenDecoder();
        var fused = false;
        foreach (var step in steps)
        {
            if (decoder.ByteLevel)
                throw new TokenizerException("A decoder after ByteLevel is not supported.");
            var rewrites = !fused && !decoder.ByteFallback;
            decoder = step.Text("type") switch
            {
                "ByteLevel" when steps.Count == 1 => decoder with { ByteLevel = true },
                "Replace" when rewrites => Then(decoder, Replace(step)),
                "Metaspace" when rewrites => Then(decoder, Metaspace(step)),
                "Strip" when rewrites && Trim(step) is var trim => Then(decoder, (spelling, _) => trim.Of(spelling)),
                "ByteFallback" when !fused => decoder with { ByteFallback = true },
                "Strip" when fused && decoder.Trim == default => decoder with { Trim = Trim(step) },
                "Fuse" => decoder,
                var type => throw new TokenizerException($"The decoder '{type}' is not supported at this place."),
            };
            fused |= step.Text("type") == "Fuse";
        }
        return decoder;
    }

    private static TokenDecoder Then(TokenDecoder decoder, SpellingStep step) => decoder with { Steps = [.. decoder.Steps, step] };

    private static SpellingStep Replace(JsonElement e)
    {
        var normalizer = new ReplaceNormalizer(PipelineReader.Pattern(e), e.Text("content"));
        return (spelling, _) => normalizer.Normalize(new MarkedText(spelling, isFromUser: true)).Text.ToString();
    }

    /// <summary>The mark is a space, but nothing in the first token, wherever in it, if the encoding may have put one in front.</summary>
    private static SpellingStep Metaspace(JsonElement e)
    {
        var mark = MetaspaceReader.Mark(e).ToString();
        var prefixed = MetaspaceReader.Scheme(e) != PrependScheme.Never;
        return (spelling, isFirst) => spelling.Replace(mark, isFirst && prefixed ? "" : " ", StringComparison.Ordinal);
    }

    private static EndTrim Trim(JsonElement e) => e.Text("content") is [var character]
        ? new(character, e.Integer("start"), e.Integer("stop"))
        : throw new TokenizerException("The content of the decoder 'Strip' is not one character.");
}
