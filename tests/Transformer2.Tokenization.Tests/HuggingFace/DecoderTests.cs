using System.Text.Json;

namespace Transformer2.Tokenization.Tests.HuggingFace;

/// <summary>Decoders on tokens chosen for it; what is expected is what the Rust library <c>tokenizers</c> makes of the same.</summary>
public sealed class DecoderTests
{
    private static readonly string[] Tokens = ["▁", "▁▁", "a", "▁a", "a▁b", "▁a▁", " ", "<0x0A>", "<0x20>", "xx", "x▁x", "<s>"];

    [Theory]
    // Every mark of the first token goes, wherever in it, and no other token's.
    [InlineData("always", "▁a ▁a", "a a")]
    [InlineData("first", "▁▁ ▁▁", "  ")]
    [InlineData("always", "a▁b a▁b", "aba b")]
    [InlineData("always", "▁ ▁a", " a")]
    [InlineData("always", "  ▁a", "  a")]
    [InlineData("always", "<s> ▁a", "<s> a")]
    [InlineData("never", "▁a ▁a", " a a")]
    public void Metaspace(string scheme, string tokens, string expected) =>
        Check($$"""{"type":"Metaspace","replacement":"▁","prepend_scheme":"{{scheme}}"}""", tokens, expected);

    [Theory]
    [InlineData("""{"type":"Metaspace","replacement":"▁"}""", "a")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","add_prefix_space":false}""", " a")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","add_prefix_space":true,"prepend_scheme":"never"}""", " a")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","add_prefix_space":false,"prepend_scheme":"never"}""", " a")]
    public void Metaspace_of_old_and_new_files(string decoder, string expected) => Check(decoder, "▁a", expected);

    [Fact]
    public void Metaspace_that_contradicts_itself_is_refused_as_decoder_and_as_pre_tokenizer()
    {
        const string Contradiction = """{"type":"Metaspace","replacement":"▁","add_prefix_space":false,"prepend_scheme":"first"}""";
        var decoder = Assert.Throws<TokenizerException>(() => DecoderReader.Read(Parse(Contradiction)));
        var splitter = Assert.Throws<TokenizerException>(() => PipelineReader.PreTokenizer(Parse(Contradiction)));
        Assert.All([decoder, splitter], e => Assert.Contains("add_prefix_space", e.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("▁a ▁a", "a a")]
    [InlineData("▁▁ ▁a", "  a")]
    [InlineData("<0x20> ▁a", " a")]
    [InlineData("  ▁a", " a")]
    [InlineData("▁ <0x0A> ▁", "\n ")]
    public void The_order_of_Llama_2(string tokens, string expected) => Check(
        """
        {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},
        {"type":"Strip","content":" ","start":1,"stop":0}]}
        """,
        tokens,
        expected);

    [Theory]
    // Before Fuse every token has ends of its own, afterwards the text has.
    [InlineData("""{"type":"Strip","content":"x","start":1,"stop":0}""", "xx x▁x xx", "x▁xx")]
    [InlineData("""{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Strip","content":"x","start":3,"stop":0}]}""", "xx xx xx", "xxx")]
    [InlineData("""{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Strip","content":"x","start":0,"stop":3}]}""", "xx a xx xx", "xxax")]
    [InlineData("""{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Strip","content":"x","start":0,"stop":3}]}""", "xx xx a xx a", "xxxxaxxa")]
    [InlineData("""{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Strip","content":"x","start":0,"stop":1}]}""", "x▁x xx x▁x", "x▁xxxx▁")]
    public void Strip(string decoder, string tokens, string expected) => Check(decoder, tokens, expected);

    [Theory]
    [InlineData("""[{"type":"ByteFallback"},{"type":"Replace","pattern":{"String":"a"},"content":"b"}]""", "Replace")]
    [InlineData("""[{"type":"Fuse"},{"type":"ByteFallback"}]""", "ByteFallback")]
    [InlineData("""[{"type":"Fuse"},{"type":"Metaspace","replacement":"▁"}]""", "Metaspace")]
    [InlineData("""[{"type":"ByteFallback"},{"type":"Strip","content":" ","start":1,"stop":0}]""", "Strip")]
    [InlineData("""[{"type":"Strip","content":"ab","start":1,"stop":0}]""", "Strip")]
    public void Another_order_is_refused_by_name(string decoders, string named) => Assert.Contains(
        named,
        Assert.Throws<TokenizerException>(() => DecoderReader.Read(Parse($$"""{"type":"Sequence","decoders":{{decoders}}}"""))).Message,
        StringComparison.Ordinal);

    /// <summary>Decodes tokens written with a space between, where two spaces stand for the token that is a space.</summary>
    private static void Check(string decoder, string tokens, string expected)
    {
        using var files = new TinyModel(t =>
        {
            t["model"] = new { type = "BPE", vocab = Tokens.Select((token, id) => (token, id)).ToDictionary(p => p.token, p => p.id), merges = Array.Empty<string>() };
            t["added_tokens"] = null;
            t["pre_tokenizer"] = null;
            t["decoder"] = Parse(decoder);
        });
        var tokenizer = TokenizerFile.Load(files.Directory);
        List<int> ids = [.. tokens.Replace("  ", "S ", StringComparison.Ordinal).Split(' ').Select(token => tokenizer.TokenId(token == "S" ? " " : token)!.Value)];
        Assert.Equal(expected, tokenizer.Decode(ids));
        var stream = tokenizer.CreateDetokenizer();
        Assert.Equal(expected, string.Concat(ids.Select(stream.Append)) + stream.Flush());
    }

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
