using System.Text.Json;

namespace Transformer2.Tokenization.Tests.HuggingFace;

/// <summary>Single parts of a tokenizer.json; what is expected is what the Rust library <c>tokenizers</c> makes of the same.</summary>
public sealed class PipelineTests
{
    [Theory]
    [InlineData("""{"type":"Lowercase"}""", "ABC ΣΑΣ \u0130\u1E9E\U00010400", "abc σασ i\u0307ß\U00010428")]
    [InlineData("""{"type":"StripAccents"}""", "e\u0301\u00E9\u0903\u20DDx", "e\u00E9x")]
    [InlineData("""{"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"StripAccents"}]}""", "d\u00E9j\u00E0 vu", "deja vu")]
    [InlineData("""{"type":"Strip","strip_left":true,"strip_right":true}""", " \u3000\ta b\u0085\n", "a b")]
    [InlineData("""{"type":"Strip","strip_left":false,"strip_right":true}""", "  a  ", "  a")]
    [InlineData("""{"type":"Strip","strip_left":true,"strip_right":false}""", "   ", "")]
    [InlineData("""{"type":"NFC"}""", "e\u0301\uFB01", "\u00E9\uFB01")]
    [InlineData("""{"type":"NFD"}""", "\u00E9\uFB01", "e\u0301\uFB01")]
    [InlineData("""{"type":"NFKC"}""", "e\u0301\uFB01\u2460", "\u00E9fi1")]
    [InlineData("""{"type":"NFKD"}""", "\u00E9\uFB01\u00B4", "e\u0301fi \u0301")]
    public void A_normalizer_rewrites_the_text(string json, string text, string expected)
    {
        var normalizer = PipelineReader.Normalizer(Parse(json))!;
        Assert.Equal(expected, normalizer.Normalize(new MarkedText(text, isFromUser: true)).Text.ToString());
        // A text of which every other character is the user's takes another way.
        var mixed = MarkedText.Join([.. text.EnumerateRunes().Select((rune, i) => new TextSegment(rune.ToString(), i % 2 == 0))]);
        Assert.Equal(expected, normalizer.Normalize(mixed).Text.ToString());
    }

    [Fact]
    public void What_is_made_of_a_character_of_the_users_is_the_users()
    {
        var text = MarkedText.Join([new("A\u0301", true), new("A", false), new("\u0301", true), new("B", false)]);
        var normalized = PipelineReader.Normalizer(Parse("""{"type":"Sequence","normalizers":[{"type":"NFKC"},{"type":"Lowercase"}]}"""))!.Normalize(text);
        Assert.Equal("\u00E1\u00E1b", normalized.Text.ToString());
        Assert.Equal([true, true, false], Enumerable.Range(0, 3).Select(normalized.IsFromUser));
    }

    [Theory]
    [InlineData("""{"type":"Punctuation"}""", "a,b!?$c\u3001\u20AC_", "a|,|b|!|?|$|c|\u3001|\u20AC|_")]
    [InlineData("""{"type":"Punctuation","behavior":"Contiguous"}""", "a!?b", "a|!?|b")]
    [InlineData("""{"type":"Whitespace"}""", "Hey, you_2 \u24D0\u200Db\u3000--x\U0001D7D8", "Hey|,|you_2|\u24D0\u200Db|--|x\U0001D7D8")]
    [InlineData("""{"type":"WhitespaceSplit"}""", " a,b\t\u3000c\u0085d\u200Be ", "a,b|c|d\u200Be")]
    [InlineData("""{"type":"Digits","individual_digits":true}""", "a12\u00BD\u2167b", "a|1|2|\u00BD|\u2167|b")]
    [InlineData("""{"type":"Digits"}""", "a12\u00BDb", "a|12\u00BD|b")]
    [InlineData("""{"type":"CharDelimiterSplit","delimiter":"\ud83d\ude00"}""", "\U0001F600a b\U0001F600\U0001F600c", "a b|c")]
    public void A_pre_tokenizer_makes_words(string json, string text, string expected)
    {
        var words = new List<Piece>();
        PipelineReader.PreTokenizer(Parse(json)).Splitter!.Split(new Piece(text.AsMemory(), IsFirst: true), words);
        Assert.Equal(expected, string.Join('|', words.Select(word => word.Text)));
    }

    [Theory]
    [InlineData("RobertaProcessing")]
    [InlineData("BertProcessing")]
    public void The_encoders_post_processors_put_a_token_at_either_end(string type)
    {
        using var files = new TinyModel(t => t["post_processor"] =
            new { type, cls = new object[] { "<s>", TinyModel.ImStart }, sep = new object[] { "</s>", TinyModel.ImEnd }, trim_offsets = true, add_prefix_space = false });
        var tokenizer = TokenizerFile.Load(files.Directory);
        Assert.Equal([TinyModel.ImStart, 'a', TinyModel.ImEnd], tokenizer.Encode("a", addBos: true));
        Assert.Equal(['a'], tokenizer.Encode("a"));
    }

    [Fact]
    public void Truncation_and_padding_of_the_file_are_not_applied()
    {
        using var files = new TinyModel(t =>
        {
            t["truncation"] = new { max_length = 2, strategy = "LongestFirst", stride = 0, direction = "Right" };
            t["padding"] = new { strategy = new { Fixed = 8 }, direction = "Right", pad_id = TinyModel.EndOfText, pad_type_id = 0, pad_token = "<|endoftext|>" };
        });
        Assert.Equal(['a', '1', '2', '3'], TokenizerFile.Load(files.Directory).Encode("a123"));
    }

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
