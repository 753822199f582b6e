using System.Text;
using System.Text.Json;

namespace Transformer2.Tokenization;

/// <summary>Reads the <c>normalizer</c> and <c>pre_tokenizer</c> of a tokenizer.json.</summary>
internal static class PipelineReader
{
    public static INormalizer? Normalizer(JsonElement? element) => element is not { } e ? null : e.Text("type") switch
    {
        "Sequence" => new NormalizerSequence([.. Parts(e, "normalizers").Select(part => Normalizer(part)!)]),
        "NFC" => new UnicodeNormalizer(NormalizationForm.FormC),
        "NFD" => new UnicodeNormalizer(NormalizationForm.FormD),
        "NFKC" => new UnicodeNormalizer(NormalizationForm.FormKC),
        "NFKD" => new UnicodeNormalizer(NormalizationForm.FormKD),
        "Lowercase" => CharacterNormalizer.Lowercase,
        "StripAccents" => CharacterNormalizer.StripAccents,
        "Strip" => new StripNormalizer(e.RequiredFlag("strip_left"), e.RequiredFlag("strip_right")),
        "Prepend" => new PrependNormalizer(e.Text("prepend")),
        "Replace" => new ReplaceNormalizer(Pattern(e), e.Text("content")),
        "Precompiled" => new PrecompiledNormalizer(new Charsmap(Base64(e, "precompiled_charsmap"))),
        var type => throw new TokenizerException($"The normalizer '{type}' is not supported."),
    };

    /// <summary>The pre-tokenizer, and whether it ends in bytes.</summary>
    public static (IPreTokenizer? Splitter, bool ByteLevel) PreTokenizer(JsonElement? element)
    {
        if (element is not { } e)
            return (null, false);
        if (e.Text("type") != "Sequence")
            return (Single(e), e.Text("type") == "ByteLevel");
        var parts = Parts(e, "pretokenizers");
        if (parts.SkipLast(1).Any(p => p.Text("type") is "ByteLevel" or "Sequence") || parts.Count == 0)
            throw new TokenizerException("A sequence of pre-tokenizers is empty, nested, or goes on after ByteLevel.");
        return (new PreTokenizerSequence([.. parts.Select(Single)]), parts[^1].Text("type") == "ByteLevel");
    }

    /// <summary>The parts of a sequence. Each goes over every text, so that their number is bounded, far above any model's.</summary>
    public static List<JsonElement> Parts(JsonElement e, string name)
    {
        List<JsonElement> parts = [.. e.Items(name)];
        return parts.Count <= 64 ? parts : throw new TokenizerException($"'{name}' has {parts.Count} parts; at most 64 are accepted.");
    }

    public static IPattern Pattern(JsonElement element)
    {
        var pattern = element.Require("pattern", JsonValueKind.Object);
        return pattern.OptionalText("String") is { } literal ? new LiteralPattern(literal) : new RegexPattern(pattern.Text("Regex"));
    }

    private static IPreTokenizer Single(JsonElement e) => e.Text("type") switch
    {
        "Split" => new SplitPreTokenizer(Pattern(e), Behavior(e.Text("behavior")), e.Flag("invert")),
        "Digits" => new SplitPreTokenizer(
            new RunePattern(CharacterClasses.IsNumeric), e.Flag("individual_digits") ? SplitBehavior.Isolated : SplitBehavior.Contiguous),
        "Punctuation" => new SplitPreTokenizer(new RunePattern(CharacterClasses.IsPunctuation), Behavior(e.OptionalText("behavior") ?? "Isolated")),
        "Whitespace" => new SplitPreTokenizer(new WordPattern(), SplitBehavior.Removed, invert: true),
        "WhitespaceSplit" => new SplitPreTokenizer(new RunePattern(Rune.IsWhiteSpace), SplitBehavior.Removed),
        "CharDelimiterSplit" => new SplitPreTokenizer(new LiteralPattern(Delimiter(e)), SplitBehavior.Removed),
        "ByteLevel" => ByteLevel(e),
        "Metaspace" => new MetaspacePreTokenizer(MetaspaceReader.Mark(e), MetaspaceReader.Scheme(e), e.Flag("split", otherwise: true)),
        var type => throw new TokenizerException($"The pre-tokenizer '{type}' is not supported."),
    };

    private static PreTokenizerSequence ByteLevel(JsonElement e)
    {
        var parts = new List<IPreTokenizer>();
        if (e.Flag("add_prefix_space", otherwise: true))
            parts.Add(new SpacePrefix());
        if (e.Flag("use_regex", otherwise: true))
            parts.Add(new SplitPreTokenizer(new RegexPattern(KnownPatterns.Gpt2), SplitBehavior.Isolated));
        return new PreTokenizerSequence(parts);
    }

    private static byte[] Base64(JsonElement e, string name) => e.Require(name, JsonValueKind.String).TryGetBytesFromBase64(out var bytes)
        ? bytes
        : throw new TokenizerException($"'{name}' is not base64.");

    private static string Delimiter(JsonElement e)
    {
        var delimiter = e.Text("delimiter");
        return delimiter.EnumerateRunes().Count() == 1 ? delimiter : throw new TokenizerException("CharDelimiterSplit's delimiter is not one character.");
    }

    private static SplitBehavior Behavior(string name) =>
        Enum.TryParse<SplitBehavior>(name, out var behavior) && Enum.IsDefined(behavior) && !char.IsAsciiDigit(name[0])
            ? behavior
            : throw new TokenizerException($"The split behaviour '{name}' is not supported.");
}
