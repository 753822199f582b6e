using System.Text.Json;
using Transformer2.TestKit;
using Transformer2.Tokenization;
using Transformer2.Training.Tasks;
using Transformer2.Training.Tasks.Verifiers;

namespace Transformer2.Training.Tests.Tasks;

/// <summary>Verifiers judge as the authors of the data sets did.</summary>
public sealed class VerifierAgreementTests(ITestOutputHelper output)
{
    private static readonly VerifierRegistry Registry = new(sandbox: null);

    [Fact]
    public async Task Solutions_of_GSM8K_are_graded_as_they_were()
    {
        var wrong = 0;
        var lines = await Lines("gsm8k/graded_solutions.jsonl");
        foreach (var line in lines)
        {
            var verdict = await Judge("numeric", line.GetProperty("solution").GetString()!, line.GetProperty("ground_truth").GetString()!);
            if (verdict.IsRight == line.GetProperty("is_correct").GetBoolean()) continue;
            wrong++;
            output.WriteLine($"{line.GetProperty("ground_truth").GetString()![^30..]} | found {verdict.Extracted} | marked {line.GetProperty("is_correct")}");
        }

        output.WriteLine($"{lines.Length - wrong} of {lines.Length} agree.");
        Assert.Equal(400, lines.Length);
        Assert.Equal(0, wrong);
    }

    [Fact]
    public async Task Answers_of_MATH_are_equivalent_when_the_authors_say_so()
    {
        var wrong = 0;
        var lines = await Lines("math/equivalence.jsonl");
        var strict = Registry.Create("boxed", JsonSerializer.SerializeToElement(new { numeric = false }));
        foreach (var line in lines)
        {
            var (a, b) = (line.GetProperty("a").GetString()!, line.GetProperty("b").GetString()!);
            var verdict = await strict.Verify(Question($"\\boxed{{{b}}}"), $"so it is \\boxed{{{a}}}", TestContext.Current.CancellationToken);
            if (verdict.IsRight == line.GetProperty("equivalent").GetBoolean()) continue;
            wrong++;
            output.WriteLine($"{a} | {b} | marked {line.GetProperty("equivalent")}");
        }

        output.WriteLine($"{lines.Length - wrong} of {lines.Length} agree.");
        Assert.Equal(500, lines.Length);
        Assert.Equal(0, wrong);
    }

    [Theory]
    [InlineData("exact", " 7 ", "7", true)]
    [InlineData("exact", "seven", "7", false)]
    [InlineData("numeric", "so it is $1,234.50 in all", "#### 1234.5", true)]
    [InlineData("numeric", "1 then 2", "1", false)]
    [InlineData("numeric", "none", "1", false)]
    [InlineData("multiple-choice", "The answer is (B).", "B", true)]
    [InlineData("multiple-choice", "answer: C", "C", true)]
    [InlineData("multiple-choice", "I do not know", "A", false)]
    [InlineData("boxed", "\\boxed{\\frac12}", "\\boxed{\\frac{1}{2}}", true)]
    [InlineData("boxed", "no box", "\\boxed{1}", false)]
    public async Task Answers_are_judged(string verifier, string answer, string reference, bool right)
    {
        var verdict = await Judge(verifier, answer, reference);
        Assert.Equal((right, right ? 1.0 : -1.0), (verdict.IsRight, verdict.Reward));
    }

    [Fact]
    public void A_verifier_that_runs_programs_needs_a_sandbox() => Assert.Equal(VerifierSettingsReason.NoSandbox, Assert.Throws<VerifierSettingsException>(() => Registry.Create("python")).Reason);

    [Fact]
    public async Task Patterns_and_schemas_have_their_limits()
    {
        var regex = Registry.Create("regex", JsonSerializer.SerializeToElement(new { pattern = "^(a+)+$" }));
        Assert.False((await regex.Verify(Question("-"), new string('a', 50_000) + "b", TestContext.Current.CancellationToken)).IsRight);
        Assert.Throws<VerifierSettingsException>(() => Registry.Create("regex", JsonSerializer.SerializeToElement(new { pattern = "(a)\\1" })));
        Assert.Throws<VerifierSettingsException>(() => Registry.Create("regex"));
        Assert.Throws<VerifierSettingsException>(() => Registry.Create("no-such"));
        var schema = Registry.Create("json-schema", JsonElement.Parse("""{"schema":{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}}}"""));
        Assert.True((await schema.Verify(Question("-"), """{"n":3}""", TestContext.Current.CancellationToken)).IsRight);
        Assert.False((await schema.Verify(Question("-"), """{"n":"3"}""", TestContext.Current.CancellationToken)).IsRight);
        Assert.False((await schema.Verify(Question("-"), new string('[', 100_000), TestContext.Current.CancellationToken)).IsRight);
    }

    private static async Task<Verdict> Judge(string verifier, string answer, string reference) =>
        await Registry.Create(verifier).Verify(Question(reference), answer, TestContext.Current.CancellationToken);

    private static TaskQuestion Question(string reference) => new("id", [new ChatMessage("user", "?")], reference);

    private static async Task<JsonElement[]> Lines(string path) =>
        [.. (await File.ReadAllLinesAsync(SharedFiles.Path($"data/{path}"), TestContext.Current.CancellationToken)).Where(line => line.Length > 0).Select(line => JsonElement.Parse(line))];
}
