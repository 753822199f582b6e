using System.Text;
using System.Text.Json;

namespace Transformer2.Tokenization.Tests.HuggingFace;

/// <summary>SentencePiece-style BPE as Llama-2 and Mistral have it, on a vocabulary small enough to follow by hand.</summary>
public sealed class SentencePieceTests
{
    private static readonly string[] Pieces = ["▁", "a", "b", "!", "ab", "▁a", "!!", "!!!!"];
    private static readonly string[][] Merges = [["!", "!"], ["a", "b"], ["▁", "a"], ["!!", "!!"]];

    [Fact]
    public void Merges_by_rank_and_the_left_most_of_equals_first()
    {
        var tokenizer = Load();
        Assert.Equal(["▁", "ab", "▁a", "!!!!", "!!", "!"], Tokens(tokenizer, "ab a!!!!!!!"));
    }

    [Fact]
    public void Characters_outside_the_vocabulary_fall_back_to_bytes_and_come_back()
    {
        var tokenizer = Load();
        Assert.Equal(["▁", "<0xF0>", "<0x9F>", "<0x98>", "<0x80>", "ab"], Tokens(tokenizer, "😀ab"));
        Assert.Equal("😀ab é", tokenizer.Decode(tokenizer.Encode("😀ab é")));
        var stream = tokenizer.CreateDetokenizer();
        Assert.Equal(["", "", "", "", "😀", "ab"], tokenizer.Encode("😀ab").Select(stream.Append));
    }

    [Fact]
    public void Unknown_characters_fuse_where_there_are_no_bytes()
    {
        Assert.Equal(["▁a", "<unk>", "b"], Tokens(Load(byteFallback: false), "a日本b"));
        Assert.Equal(["▁a", "<unk>", "<unk>", "b"], Tokens(Load(byteFallback: false, fuseUnknown: false), "a日本b"));
    }

    [Fact]
    public void The_tokens_around_every_text_are_added_on_demand()
    {
        var tokenizer = Load();
        Assert.Equal(["<s>", "▁a"], tokenizer.Encode("a", addBos: true).Select(tokenizer.TokenText));
        Assert.Equal(["<s>"], tokenizer.Encode("", addBos: true).Select(tokenizer.TokenText));
        Assert.Equal("a", tokenizer.Decode(tokenizer.Encode("a", addBos: true), skipSpecial: true));
    }

    [Theory]
    [InlineData("first", "▁a", "<s>", "a")]
    [InlineData("always", "▁a", "<s>", "▁a")]
    [InlineData("never", "a", "<s>", "a")]
    public void Metaspace_puts_a_space_in_front_as_its_scheme_says(string scheme, params string[] expected)
    {
        var tokenizer = Load(metaspace: scheme);
        Assert.Equal(expected, tokenizer.Encode("a<s>a", specialTokens: true).Select(tokenizer.TokenText));
    }

    private static IEnumerable<string?> Tokens(ITokenizer tokenizer, string text) =>
        tokenizer.Encode(text).Select(tokenizer.TokenText);

    private static ITokenizer Load(bool byteFallback = true, bool fuseUnknown = true, string? metaspace = null)
    {
        var vocabulary = new Dictionary<string, int> { ["<unk>"] = 0, ["<s>"] = 1 };
        for (var b = 0; byteFallback && b < 256; b++)
            vocabulary[$"<0x{b:X2}>"] = vocabulary.Count;
        foreach (var piece in Pieces)
            vocabulary[piece] = vocabulary.Count;
        using var files = new TinyModel(tokenizer =>
        {
            tokenizer["model"] = new
            {
                type = "BPE",
                unk_token = "<unk>",
                fuse_unk = fuseUnknown,
                byte_fallback = byteFallback,
                vocab = vocabulary,
                merges = Merges,
            };
            tokenizer["added_tokens"] = new[] { TinyModel.Special(0, "<unk>"), TinyModel.Special(1, "<s>") };
            tokenizer["normalizer"] = metaspace is not null ? null : new
            {
                type = "Sequence",
                normalizers = new object[]
                {
                    new { type = "Prepend", prepend = "▁" },
                    new { type = "Replace", pattern = new { String = " " }, content = "▁" },
                },
            };
            tokenizer["pre_tokenizer"] = metaspace is null
                ? null
                : new { type = "Metaspace", replacement = "▁", prepend_scheme = metaspace, split = false };
            tokenizer["post_processor"] = new
            {
                type = "TemplateProcessing",
                single = new object[] { new { SpecialToken = new { id = "<s>" } }, new { Sequence = new { id = "A" } } },
                special_tokens = new Dictionary<string, object> { ["<s>"] = new { ids = new[] { 1 } } },
            };
            tokenizer["decoder"] = JsonDocument.Parse(
                """
                {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},
                {"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}
                """).RootElement;
        });
        return TokenizerFile.Load(files.Directory);
    }
}
