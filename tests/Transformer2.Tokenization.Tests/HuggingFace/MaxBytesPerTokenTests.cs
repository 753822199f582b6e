using System.Text;

namespace Transformer2.Tokenization.Tests.HuggingFace;

public sealed class MaxBytesPerTokenTests
{
    [Theory]
    [InlineData("")]
    [InlineData("assistant assistant assistant")]
    [InlineData("😀é日本 hello\n\n\t12")]
    public void A_text_has_at_least_as_many_tokens_as_the_bound_says(string text)
    {
        using var files = new TinyModel();
        var tokenizer = TokenizerFile.Load(files.Directory);
        Assert.Equal("<|endoftext|>".Length, tokenizer.MaxBytesPerToken);
        Assert.True(tokenizer.Encode(text).Count * tokenizer.MaxBytesPerToken >= Encoding.UTF8.GetByteCount(text));
    }

    [Fact]
    public void There_is_no_bound_where_text_may_get_lost()
    {
        Assert.Null(Bound(tokenizer => tokenizer["normalizer"] = new { type = "NFC" }));
        Assert.Null(Bound(tokenizer => tokenizer["normalizer"] = new { type = "Replace", pattern = new { String = "xx" }, content = "" }));
        Assert.Null(Bound(tokenizer => tokenizer["pre_tokenizer"] = Sequence(new { type = "Split", pattern = new { String = "x" }, behavior = "Removed", invert = false })));
        Assert.Null(Bound(tokenizer => tokenizer["added_tokens"] = new[]
        {
            new { id = 300, content = "<|im_end|>", special = true, normalized = false, lstrip = true, rstrip = false, single_word = false },
        }));
        Assert.Null(Bound(tokenizer => ((Dictionary<string, object?>)tokenizer["model"]!)["fuse_unk"] = true));

        static object Sequence(object first) =>
            new { type = "Sequence", pretokenizers = new[] { first, new { type = "ByteLevel", add_prefix_space = false, use_regex = false } } };

        static int? Bound(Action<Dictionary<string, object?>> change)
        {
            using var files = new TinyModel(change);
            return TokenizerFile.Load(files.Directory).MaxBytesPerToken;
        }
    }
}
