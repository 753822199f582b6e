using System.Text;
using System.Text.Json;

namespace Transformer2.Cli.Tests.Tokenization;

/// <summary>Every golden line of every tokenizer, through the command line.</summary>
public sealed class TokenizeGoldenTests
{
    private const string None = "";

    public static TheoryData<string> Names =>
    [
        "gpt2", "qwen2.5", "llama3", "mistral-v3", "stories260K", "tiny-llama3-320", "tiny-qwen2-400", "tiny-qwen3-288", "tiny-smollm",
        "tiny-spm",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Ids_are_exact(string name)
    {
        var golden = GoldenLines.Read(name, "golden.jsonl");
        var ordinaryIsRecorded = golden.Any(line => line.TryGetProperty("ids_ordinary", out _));
        var special = golden.ConvertAll(line => Expected(line, "ids"));
        var ordinary = golden.ConvertAll(line => line.TryGetProperty("ids_ordinary", out _) ? Expected(line, "ids_ordinary")
            : ordinaryIsRecorded || line.GetProperty("cat").GetString() != "special" ? Expected(line, "ids")
            : None);
        var withBos = golden.ConvertAll(line => Expected(line, line.TryGetProperty("ids_with_bos", out _) ? "ids_with_bos" : "ids"));

        await CompareAsync(name, golden, """ "special": true""", special);
        await CompareAsync(name, golden, """ "special": false""", ordinary);
        await CompareAsync(name, golden, """ "special": true, "bos": true""", withBos);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Texts_are_exact(string name)
    {
        var requests = new List<string>();
        var expected = new List<string>();
        foreach (var line in GoldenLines.Read(name, "golden.jsonl"))
        {
            var decoded = line.TryGetProperty("decoded", out _) ? "decoded" : "text";
            var shown = line.TryGetProperty("decoded_skip_special", out _) ? "decoded_skip_special" : decoded;
            Add(line, skip: false, decoded);
            Add(line, skip: true, shown);
        }

        foreach (var line in GoldenLines.Read(name, "decode.jsonl"))
        {
            Add(line, skip: false, "text");
            Add(line, skip: true, "text_skip_special");
        }

        var answers = await GoldenLines.AnswersAsync(["detokenize", "--tokenizer", GoldenLines.Folder(name)], requests);
        Assert.Equal(expected, answers.Select(answer => answer.GetProperty("text").GetString()!));

        void Add(JsonElement line, bool skip, string member)
        {
            requests.Add($$"""{"ids": {{GoldenLines.Raw(line, "ids")}}, "skip_special": {{(skip ? "true" : "false")}}}""");
            using var repaired = JsonLine.Parse($$"""{"value": {{GoldenLines.Raw(line, member)}}}""");
            expected.Add(repaired.RootElement.GetProperty("value").GetString()!);
        }
    }

    private static string Expected(JsonElement line, string member) =>
        string.Join(',', line.GetProperty(member).EnumerateArray().Select(id => id.GetInt32()));

    private static async Task CompareAsync(string name, List<JsonElement> golden, string options, List<string> expected)
    {
        var answers = await GoldenLines.AnswersAsync(
            ["tokenize", "--tokenizer", GoldenLines.Folder(name)],
            golden.ConvertAll(line => $$"""{"text": {{GoldenLines.Raw(line, "text")}},{{options}}}"""));
        var wrong = new StringBuilder();
        for (var i = 0; i < golden.Count; i++)
        {
            if (expected[i] != None && Expected(answers[i], "ids") != expected[i])
            {
                wrong.AppendLine($"{options} of {GoldenLines.Raw(golden[i], "text")}: {answers[i]}, not {expected[i]}");
            }
        }

        Assert.Equal("", wrong.ToString());
    }
}
