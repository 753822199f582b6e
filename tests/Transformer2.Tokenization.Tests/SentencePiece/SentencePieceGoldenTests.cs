using System.Text;
using System.Text.Json;
using Transformer2.TestKit;

namespace Transformer2.Tokenization.Tests.SentencePiece;

/// <summary>Ids and texts of the SentencePiece library for the original <c>tokenizer.model</c> files.</summary>
public sealed class SentencePieceGoldenTests
{
    public static TheoryData<string> Names => ["mistral-v3", "stories260K", "tiny-spm"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Encodes_every_golden_line_as_the_library(string name)
    {
        var tokenizer = TokenizerFile.Load(Path.Combine(Folder(name), "tokenizer.model"));
        var wrong = new StringBuilder();
        foreach (var line in Lines(name, "golden.jsonl"))
        {
            var (text, expected) = (line.Text("text"), line.Ids("ids_sentencepiece"));
            var actual = tokenizer.Encode(text);
            if (!expected.SequenceEqual(actual))
                wrong.AppendLine($"'{text}': [{string.Join(',', actual)}], not [{string.Join(',', expected)}]");
            Assert.Equal([1, .. actual], tokenizer.Encode(text, addBos: true));
        }
        Assert.Equal("", wrong.ToString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Decodes_random_ids_as_the_library_at_once_and_one_by_one(string name)
    {
        var tokenizer = TokenizerFile.Load(Path.Combine(Folder(name), "tokenizer.model"));
        foreach (var line in Lines(name, "decode.jsonl"))
        {
            var ids = line.Ids("ids");
            Assert.Equal(line.Text("text_sentencepiece"), tokenizer.Decode(ids, skipSpecial: true));
            var stream = tokenizer.CreateDetokenizer();
            Assert.Equal(line.Text("text_sentencepiece"), string.Concat(ids.Select(stream.Append)) + stream.Flush());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_folder_with_nothing_but_the_model_is_enough(string name)
    {
        using var folder = new TemporaryFolder();
        File.Copy(Path.Combine(Folder(name), "tokenizer.model"), folder.File("tokenizer.model"));
        var model = ModelTokenizer.Load(folder.Path);
        Assert.Equal((1, true), (model.BosId, model.EosIds.Contains(2)));
        foreach (var line in Lines(name, "golden.jsonl"))
            Assert.Equal([1, .. line.Ids("ids_sentencepiece")], model.EncodePrompt(line.Text("text")));
    }

    private static string Folder(string name) => SharedFiles.Path(name == "stories260K" ? "models/stories260K" : $"oracles/tokenizers/{name}");

    private static IEnumerable<JsonElement> Lines(string name, string file) =>
        File.ReadLines(SharedFiles.Path($"oracles/tokenizers/{name}/{file}")).Select(l => JsonDocument.Parse(l).RootElement);
}
