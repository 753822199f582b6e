using System.Text.Json;

namespace Transformer2.Tokenization.Tests.HuggingFace;

/// <summary>A file that cannot be followed exactly is refused with the reason, never read approximately.</summary>
public sealed class UnsupportedTests
{
    [Theory]
    [InlineData("model", """{"type":"Unigram","vocab":[]}""", "vocab")]
    [InlineData("model", """{"type":"WordLevel","vocab":{}}""", "WordLevel")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":["a b"]}""", "'ab'")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":["a"]}""", "merge")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":-1},"merges":[]}""", "vocab")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0,"b":0},"merges":[]}""", "id 0")]
    [InlineData("model", """{"type":"BPE","vocab":{},"merges":[],"unk_token":"<unk>"}""", "<unk>")]
    [InlineData("model", """{"type":"BPE","vocab":{},"merges":[],"dropout":0.1}""", "dropout")]
    [InlineData("model", """{"type":"BPE","vocab":{},"merges":[],"end_of_word_suffix":"</w>"}""", "end_of_word_suffix")]
    [InlineData("normalizer", """{"type":"Nmt"}""", "Nmt")]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[{"type":"BertNormalizer"}]}""", "BertNormalizer")]
    [InlineData("normalizer", """{"type":"Strip","strip_left":true}""", "strip_right")]
    [InlineData("pre_tokenizer", """{"type":"BertPreTokenizer"}""", "BertPreTokenizer")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"a&&b|[a&&b]"},"behavior":"Isolated"}""", "nested class")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"^a"},"behavior":"Isolated"}""", "anchor")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"\\p{Han}"},"behavior":"Isolated"}""", "Han")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"(a"},"behavior":"Isolated"}""", "group")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"String":"a"},"behavior":"Sideways"}""", "Sideways")]
    [InlineData("pre_tokenizer", """{"type":"Sequence","pretokenizers":[{"type":"ByteLevel"},{"type":"Digits"}]}""", "ByteLevel")]
    [InlineData("pre_tokenizer", """{"type":"CharDelimiterSplit","delimiter":"ab"}""", "delimiter")]
    [InlineData("post_processor", """{"type":"RobertaProcessing","sep":["</s>",2]}""", "cls")]
    [InlineData("post_processor", """{"type":"BertProcessing","sep":["</s>"],"cls":["<s>",1]}""", "sep")]
    [InlineData("post_processor", """{"type":"Unknown"}""", "Unknown")]
    [InlineData("decoder", """{"type":"WordPiece"}""", "WordPiece")]
    [InlineData("decoder", "null", "decoder")]
    [InlineData("added_tokens", """[{"id":1}]""", "content")]
    public void Is_refused_by_name(string part, string json, string named)
    {
        using var files = new TinyModel(tokenizer =>
        {
            tokenizer["added_tokens"] = null;
            tokenizer[part] = JsonDocument.Parse(json).RootElement;
        });
        var error = Assert.Throws<TokenizerException>(() => TokenizerFile.Load(files.Directory));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"model":null}""")]
    [InlineData("""{"model":{"vocab":{"\ud800":1},"merges":[]},"decoder":{"type":"ByteLevel"}}""")]
    public void A_broken_file_is_an_error_of_the_tokenizer(string content)
    {
        using var files = new TinyModel();
        File.WriteAllText(Path.Combine(files.Directory, "tokenizer.json"), content);
        Assert.Throws<TokenizerException>(() => TokenizerFile.Load(files.Directory));
    }

    [Fact]
    public void Rewriting_that_doubles_the_text_again_and_again_is_refused()
    {
        var doubling = Enumerable.Repeat(new { type = "Replace", pattern = new { String = "a" }, content = "aa" }, 22);
        using var files = new TinyModel(tokenizer => tokenizer["normalizer"] = new { type = "Sequence", normalizers = doubling });
        var tokenizer = TokenizerFile.Load(files.Directory);

        Assert.Throws<TokenizerException>(() => tokenizer.Encode("aaa", specialTokens: false, addBos: false));
        Assert.Equal([TinyModel.Byte((byte)'b')], tokenizer.Encode("b", specialTokens: false, addBos: false));
    }

    [Fact]
    public void More_steps_than_any_model_has_are_refused()
    {
        var steps = Enumerable.Repeat(new { type = "Lowercase" }, 100);
        using var files = new TinyModel(tokenizer => tokenizer["normalizer"] = new { type = "Sequence", normalizers = steps });
        Assert.Contains("100 parts", Assert.Throws<TokenizerException>(() => TokenizerFile.Load(files.Directory)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_added_token_of_a_length_that_no_model_has_is_refused()
    {
        using var files = new TinyModel(tokenizer => tokenizer["added_tokens"] = new[] { new { id = 300, content = new string('a', 2000), special = true } });

        Assert.Throws<TokenizerException>(() => TokenizerFile.Load(files.Directory));
    }

    [Fact]
    public void A_missing_file_is_an_error_of_the_tokenizer() =>
        Assert.Throws<TokenizerException>(() => TokenizerFile.Load(Path.Combine(Path.GetTempPath(), "t2-no-such-directory")));

    [Fact]
    public void A_byte_without_token_is_an_error_of_the_text()
    {
        using var files = new TinyModel(t => t["model"] = JsonDocument.Parse("""{"vocab":{"a":0},"merges":[]}""").RootElement);
        var tokenizer = TokenizerFile.Load(files.Directory);
        Assert.Equal([0, 0], tokenizer.Encode("aa"));
        Assert.Contains("0x62", Assert.Throws<TokenizerException>(() => tokenizer.Encode("ab")).Message, StringComparison.Ordinal);
    }
}
