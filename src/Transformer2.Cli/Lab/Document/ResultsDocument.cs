using System.Globalization;
using System.Text;
using Transformer2.Experts;

namespace Transformer2.Cli;

/// <summary>Writes the document from the units that are done. It depends on them alone, so it has the same bytes however they were computed.</summary>
/// <param name="reproduction">What was asked for.</param>
/// <param name="run">The results.</param>
/// <param name="plan">The units.</param>
internal sealed class ResultsDocument(Reproduction reproduction, LabRun run, LabPlan plan)
{
    /// <summary>The sections, in the order of the document.</summary>
    public static IReadOnlyList<ILabSection> Sections { get; } =
    [
        new TrainedTasksSection(), new UnseenTasksSection(), new PassTimesSection(), new AblationSection(), new ShotsSection(), new TransferSection(), new CoursesSection(), new MixturesSection(),
        new MultipliersSection(),
    ];

    private string Command => string.Create(
        CultureInfo.InvariantCulture,
        $"t2 lab reproduce{(reproduction.Sizes == LabSizes.Quick ? " --quick" : "")} --seed {reproduction.Seed}{(reproduction.Threads is { } threads ? $" --threads {threads}" : "")}");

    /// <summary>Writes document and figures, each of them whole or not at all.</summary>
    public void Write()
    {
        var page = new LabPage(run, plan, reproduction.Output);
        Begin(page);
        ClaimsSection.Write(page);
        foreach (var section in Sections)
        {
            page.Write($"## {section.Title}");
            ILabUnit[] open = [.. section.Needs(plan).Where(unit => !run.Store.Has(unit))];
            if (open.Length > 0)
            {
                page.Write($"Not computed yet: {string.Join(", ", open.Select(unit => $"`{unit.Name}`"))}. `{Command}` goes on.");
                continue;
            }

            section.Write(page);
        }

        End(page);
        AtomicFile.Write(reproduction.Output, Encoding.UTF8.GetBytes(page.Text.TrimEnd('\n') + "\n"));
    }

    private void Begin(LabPage page)
    {
        page.Write("# Results: the paper's experiments on nano");
        page.Write($"""
            Written by `{Command}` from nothing but this repository: the bundled model and its classification expert, and the corpus that the code generates. Do not edit.
            The experiments are those of [Transformer-Squared](https://arxiv.org/abs/2501.06252); the model is [nano](../models/nano/README.md), two million parameters, which is
            unreliable on purpose at small skills that it has. Paper and this document agree or differ in what methods do relative to each other, not in figures.
            """);
        if (reproduction.Sizes == LabSizes.Quick)
        {
            page.Write("**The numbers say nothing: `--quick` goes the whole way with two steps a training, a few questions, and a second base model of two steps.**");
        }

        page.Write($"""
            * **Test questions** measure and choose nothing: at most {plan.Sizes.TestQuestions} of a family (fewer where it has no more), drawn by seed {reproduction.Seed}, the same for everyone. Right is the greedy answer that is exactly the careful
              author's. Steps and learning rates are chosen by validation questions; trainings are not given test questions at all. The splits share no question.
            * **Intervals** are Wilson's, 95 %, of the questions; there is one training of each kind with seed {reproduction.Seed}, so what another training would give is not in them.
            * **p** is McNemar's exact two-sided test on the same questions: of those that only one of the two answers rightly. Verdicts are at 0.05 and not corrected for the number of tests in a table.
            * **Trainings by rewards**: {plan.Sizes.RewardSteps} steps, {plan.Sizes.Prompts} questions a step, {plan.Sizes.Samples} drawn answers each, leave-one-out baseline, KL weight 0.1. **By next-token prediction**: {plan.Sizes.NextTokenSteps} steps of {plan.Sizes.NextTokenRows} rows of 128 tokens.
            * Rounding depends on the number of threads and on the processor: elsewhere the same command gives other figures within the intervals.
            """);
        var open = plan.Units.Count(unit => !run.Store.Has(unit));
        if (open > 0)
        {
            page.Write(string.Create(CultureInfo.InvariantCulture, $"**{open} of {plan.Units.Count} units are not computed yet**; the sections say which. `{Command}` computes them, and keeps those that are done."));
        }
    }

    private void End(LabPage page)
    {
        page.Write("## Units and times");
        page.Write("Seconds of each unit on the machine that computed it, beside whatever else it did; of one that was interrupted, those of its last piece.");
        var table = new MarkdownTable("unit", "s");
        foreach (var unit in plan.Units)
        {
            table.Add(unit.Name, run.Store.SecondsOf(unit) is { } seconds ? seconds.ToString("0", CultureInfo.InvariantCulture) : "not computed yet");
        }

        page.Write(table);
        var total = plan.Units.Select(run.Store.SecondsOf).OfType<double>().Sum();
        page.Write(string.Create(CultureInfo.InvariantCulture, $"Together {total / 60:0} minutes, one after the other."));
    }
}
