using System.Text;
using System.Text.Json;
using Transformer2.TestKit;

namespace Transformer2.Tokenization.Tests.Tiktoken;

public sealed class TiktokenTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Llama_3s_original_file_gives_every_golden_line(bool withConfiguration)
    {
        var source = SharedFiles.Path("oracles/tokenizers/llama3");
        using var folder = new TemporaryFolder();
        File.Copy(Path.Combine(source, "tokenizer.model"), folder.File("tokenizer.model"));
        if (withConfiguration)
            File.Copy(Path.Combine(source, "tokenizer_config.json"), folder.File("tokenizer_config.json"));
        var tokenizer = TokenizerFile.Load(folder.Path);
        foreach (var line in Lines(source, "golden.jsonl"))
        {
            var (text, ids) = (line.Text("text"), line.Ids("ids"));
            Assert.Equal(ids, tokenizer.Encode(text, specialTokens: true));
            Assert.Equal(line.Ids("ids_ordinary", ids), tokenizer.Encode(text));
            Assert.Equal(line.Ids("ids_with_bos", ids), tokenizer.Encode(text, specialTokens: true, addBos: true));
        }
        foreach (var line in Lines(source, "decode.jsonl"))
        {
            Assert.Equal(line.Text("text"), tokenizer.Decode(line.Ids("ids")));
            Assert.Equal(line.Text("text_skip_special"), tokenizer.Decode(line.Ids("ids"), skipSpecial: true));
        }
    }

    [Fact]
    public void The_file_of_a_small_vocabulary_is_read_by_the_family_that_its_name_says()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("qwen.tiktoken"), Ranks("ab", "abc"));
        var qwen = TokenizerFile.Load(folder.Path);
        Assert.Equal([257, 'x', '1', '2', 258], qwen.Encode("abcx12<|endoftext|>", specialTokens: true));
        File.WriteAllText(folder.File("tokenizer.model"), Ranks("ab", "12"));
        var llama = TokenizerFile.Load(folder.Path);
        Assert.Equal([258, 256, 'x', 257, 259], llama.Encode("abx12<|end_of_text|>", specialTokens: true, addBos: true));
    }

    [Theory]
    [InlineData("YQ== 0\nYQ== 1\n")]
    [InlineData("YQ== 0\nYg== 0\n")]
    [InlineData("YQ== 0\n?? 1\n")]
    [InlineData("YQ== 0\nYg== -1\n")]
    [InlineData("YQ== 0\nYg==\n")]
    [InlineData("YQ== 0\nYg== 99999999999\n")]
    public void A_damaged_file_is_refused(string content)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer.model"), content);
        Assert.Throws<TokenizerException>(() => TokenizerFile.Load(folder.Path));
    }

    [Fact]
    public void A_family_that_nobody_knows_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("other.tiktoken"), Ranks());
        Assert.Contains("other.tiktoken", Assert.Throws<TokenizerException>(() => TokenizerFile.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    private static string Ranks(params string[] further) => string.Concat(Enumerable.Range(0, 256).Select(b => new[] { (byte)b })
        .Concat(further.Select(Encoding.UTF8.GetBytes))
        .Select((bytes, rank) => $"{Convert.ToBase64String(bytes)} {rank}\n"));

    private static IEnumerable<JsonElement> Lines(string folder, string file) =>
        File.ReadLines(Path.Combine(folder, file)).Select(l => JsonDocument.Parse(l).RootElement);
}
