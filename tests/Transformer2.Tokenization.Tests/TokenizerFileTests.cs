using Transformer2.TestKit;
using Transformer2.Tokenization.Tests.Fuzzing;

namespace Transformer2.Tokenization.Tests;

public sealed class TokenizerFileTests
{
    [Fact]
    public void Byte_order_marks_are_passed_over()
    {
        using var model = new TinyModel();
        var expected = ModelTokenizer.Load(model.Directory);
        foreach (var file in Directory.GetFiles(model.Directory, "*.json"))
            File.WriteAllBytes(file, [0xEF, 0xBB, 0xBF, .. File.ReadAllBytes(file)]);
        var marked = ModelTokenizer.Load(model.Directory);
        Assert.Equal(expected.Tokenizer.Encode("hello world"), marked.Tokenizer.Encode("hello world"));
        Assert.Equal(expected.EosIds, marked.EosIds);
        Assert.NotNull(marked.ChatTemplate);
    }

    [Fact]
    public void A_template_that_is_not_UTF8_is_refused()
    {
        using var model = new TinyModel();
        var file = Path.Combine(model.Directory, "chat_template.jinja");
        File.WriteAllBytes(file, [0xEF, 0xBB, 0xBF, (byte)'a']);
        Assert.Equal("a", Assert.Single(ChatTemplate.Load(model.Directory)!.Render([])).Text);
        File.WriteAllBytes(file, [0xEF, 0xBB, 0xBF, (byte)'a', 0xFF]);
        Assert.Throws<TokenizerException>(() => ChatTemplate.Load(model.Directory));
    }

    private static readonly int[] Hello = [256];

    [Fact]
    public void A_folder_or_its_tokenizer_json_is_the_same_tokenizer()
    {
        using var files = new TinyModel();
        Assert.Equal(Hello, TokenizerFile.Load(files.Directory).Encode("hello"));
        Assert.Equal(Hello, TokenizerFile.Load(Path.Combine(files.Directory, "tokenizer.json")).Encode("hello"));
    }

    [Fact]
    public void The_configuration_beside_a_file_counts()
    {
        using var files = new TinyModel(t => t["added_tokens"] = null);
        files.Write("tokenizer_config.json", new { added_tokens_decoder = new Dictionary<string, object> { ["310"] = TinyModel.Special(310, "<new>") } });
        Assert.Equal([310], TokenizerFile.Load(Path.Combine(files.Directory, "tokenizer.json")).Encode("<new>", specialTokens: true));
    }

    [Fact]
    public void Of_several_files_a_folder_stands_for_the_first_kind_and_a_file_for_itself()
    {
        using var files = new TinyModel();
        var (model, tiktoken) = (Path.Combine(files.Directory, "tokenizer.model"), Path.Combine(files.Directory, "qwen.tiktoken"));
        File.WriteAllBytes(model, SentencePieceBytes.Model());
        File.WriteAllText(tiktoken, "aGVsbG8= 0\n");
        Assert.Equal(Hello, TokenizerFile.Load(files.Directory).Encode("hello"));
        Assert.Equal("▁a", First(TokenizerFile.Load(model), "a"));
        Assert.Equal([0], TokenizerFile.Load(tiktoken).Encode("hello"));
        File.Delete(Path.Combine(files.Directory, "tokenizer.json"));
        Assert.Equal("▁a", First(TokenizerFile.Load(files.Directory), "a"));
        File.Delete(model);
        Assert.Equal([0], TokenizerFile.Load(files.Directory).Encode("hello"));

        static string? First(ITokenizer tokenizer, string text) => tokenizer.TokenText(tokenizer.Encode(text)[0]);
    }

    [Fact]
    public void A_path_that_is_no_tokenizer_is_refused_and_what_would_be_one_is_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("vocabulary.txt"), "a\n");
        Refused(folder.Path, "tokenizer.json");
        Refused(folder.File("vocabulary.txt"), "*.tiktoken");
        Refused(folder.File("tokenizer.json"), "cannot be read");
        File.WriteAllText(folder.File("a.tiktoken"), "");
        File.WriteAllText(folder.File("b.tiktoken"), "");
        Refused(folder.Path, "not exactly one *.tiktoken");

        static void Refused(string path, string named) =>
            Assert.Contains(named, Assert.Throws<TokenizerException>(() => TokenizerFile.Load(path)).Message, StringComparison.Ordinal);
    }
}
