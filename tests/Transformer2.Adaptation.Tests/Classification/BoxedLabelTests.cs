using Transformer2.Adaptation.Classification;

namespace Transformer2.Adaptation.Tests.Classification;

public sealed class BoxedLabelTests
{
    private static readonly string[] Labels = ["code", "math", "reasoning", "other", "c++", "c#", "Q&A (short)"];

    [Theory]
    [InlineData(@"\boxed{math}", "math")]
    [InlineData(@"Classification: \boxed{math}", "math")]
    [InlineData(@"\boxed{ math }", "math")]
    [InlineData(@"\boxed{Math}", "math")]
    [InlineData(@"\boxed {math}", "math")]
    [InlineData(@"\boxed{\text{math}}", "math")]
    [InlineData(@"\boxed{\textbf{ Math. }}", "math")]
    [InlineData(@"\boxed{\mathrm {code}}", "code")]
    [InlineData(@"\boxed{{math}}", "math")]
    [InlineData(@"\boxed{'math'}", "math")]
    [InlineData("\\boxed{\u201cmath\u201d}", "math")]
    [InlineData(@"\boxed{**math**}", "math")]
    [InlineData(@"$\boxed{\text{math}}$.", "math")]
    [InlineData("It could be \\boxed{code}, but it is\n\\boxed{math}", "math")]
    [InlineData(@"\boxed{\boxed{math}}", "math")]
    [InlineData(@"\boxed{math} and \boxed{code", "math")]
    [InlineData(@"Put it in \boxed{}. \boxed{reasoning} \boxed{ }", "reasoning")]
    [InlineData(@"a } stray { brace \boxed{math}", "math")]
    [InlineData(@"\{ \boxed{math} \}", "math")]
    [InlineData(@"\boxed{c++}", "c++")]
    [InlineData(@"\boxed{*c#*}.", "c#")]
    [InlineData(@"\boxed{q&a (short)}", "Q&A (short)")]
    [InlineData("Classification: math", "math")]
    [InlineData("I think so.\nclassification: Math.\nThanks", "math")]
    [InlineData("**Classification:** `reasoning`", "reasoning")]
    [InlineData("- **Classification**: *code*", "code")]
    [InlineData("# Classification : c#", "c#")]
    [InlineData("Classification: code\nClassification: math", "math")]
    [InlineData("math", "math")]
    [InlineData("  \"Math\".\n", "math")]
    [InlineData("c#", "c#")]
    [InlineData("**other**", "other")]
    public void The_label_is_found(string answer, string label) => Assert.Equal(label, BoxedLabel.Parse(answer, Labels));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData(@"\boxed{}")]
    [InlineData(@"\boxed{poetry}")]
    [InlineData(@"\boxed{math or code}")]
    [InlineData(@"\boxed{math")]
    [InlineData(@"boxed{math} is math")]
    [InlineData("It is math.")]
    [InlineData("math code")]
    [InlineData("Classification:")]
    [InlineData("Classification: math, I think")]
    [InlineData("Classifications: math")]
    [InlineData(@"\")]
    [InlineData(@"\}")]
    [InlineData("{}")]
    [InlineData("}")]
    public void What_is_no_label_is_null(string answer) => Assert.Null(BoxedLabel.Parse(answer, Labels));

    [Fact]
    public void The_last_box_decides_even_when_it_names_no_label() =>
        Assert.Null(BoxedLabel.Parse("\\boxed{code}\nClassification: math\n\\boxed{poetry}", Labels));

    [Theory]
    [InlineData(@"\boxed{math}", "math")]
    [InlineData("x\\boxed{code} \\boxed{math}", "code")]
    [InlineData(@"\boxed{ math }", null)]
    [InlineData(@"\boxed{Math}", null)]
    [InlineData(@"\boxed{\text{math}}", null)]
    [InlineData(@"\boxed{}", null)]
    [InlineData(@"\boxed{math", null)]
    [InlineData(@"\boxed {math}", null)]
    [InlineData("Classification: math", null)]
    [InlineData("math", null)]
    public void The_published_rule_is_kept_for_comparisons(string answer, string? label) =>
        Assert.Equal(label, BoxedLabel.ParseStrict(answer, Labels));

    [Fact]
    public void Any_label_in_any_wrapping_is_found()
    {
        string[] openings = ["", " ", "\\text{", "\\mathbf {", "{", "\"", "**", "(", "\u2018", "$"];
        string[] closings = ["", " ", "}", "}", "}", "\"", "**", ")", "\u2019", "$"];
        var random = new Random(4);
        for (var trial = 0; trial < 500; trial++)
        {
            var label = Labels[random.Next(Labels.Length)];
            var text = random.Next(2) == 0 ? label : label.ToUpperInvariant();
            for (var layers = random.Next(5); layers > 0; layers--)
            {
                var layer = random.Next(openings.Length);
                text = openings[layer] + text + closings[layer];
            }

            Assert.Equal(label, BoxedLabel.Parse($"Surely.\n\\boxed{{{text}}}", Labels));
        }
    }

    [Fact]
    public void Hostile_answers_take_time_in_proportion_to_their_length()
    {
        const int many = 100_000;
        string[] answers =
        [
            string.Concat(Enumerable.Repeat("\\boxed{", many)),
            string.Concat(Enumerable.Repeat("\\boxed{", many)) + "math" + new string('}', many),
            new string('{', many) + new string('}', many),
            "\\boxed{" + new string('*', many) + "}",
            "\\boxed{" + string.Concat(Enumerable.Repeat("*{", many)) + string.Concat(Enumerable.Repeat("}*", many)) + "}",
            string.Concat(Enumerable.Repeat("Classification: x\n", many)),
        ];
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.All(answers, answer => _ = BoxedLabel.Parse(answer, Labels));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 20);
    }
}
