using Transformer2.Training.Reports;

namespace Transformer2.Cli;

/// <summary>Figure 4: how trainings by rewards go.</summary>
internal sealed class CoursesSection : ILabSection
{
    public string Title => "Figure 4: learning curves";

    public IEnumerable<ILabUnit> Needs(LabPlan plan) => plan.Rewarded.Values;

    public void Write(LabPage page)
    {
        var plan = page.Plan;
        page.Write($"SVF experts by rewards: {plan.Sizes.RewardSteps} steps of {plan.Sizes.Prompts} questions with {plan.Sizes.Samples} drawn answers each, +1 for a right one and -1 for a wrong one. The kept step is the best on validation, the base model's step 0 included.");
        var table = new MarkdownTable("category", "reward, first and last step", "KL at the end, nats", "validation of the base, %", "validation of the kept step, %", "kept step", "other categories, base and kept, %");
        foreach (var (category, unit) in plan.Rewarded)
        {
            var trained = page.Result(unit);
            table.Add(
                LabPlan.Label(category), $"{Figures.Number(trained.Rewards[0])}, {Figures.Number(trained.Rewards[^1])}", trained.Divergences is [.., var divergence] ? Figures.Number(divergence) : "",
                Figures.Share(trained.Looks[0].Own), Figures.Share(trained.Best.Own), Figures.Count(trained.Best.Step),
                $"{Figures.Percent(trained.Looks[0].Others.Value)}, {Figures.Percent(trained.Best.Others.Value)}");
        }

        page.Write(table);
        page.Figure("learning-curves", "Reward, divergence and validation of the trainings by rewards", path => CourseChart.Save(path, "SVF experts by rewards", [.. plan.Rewarded.Select(entry =>
        {
            var trained = page.Result(entry.Value);
            return new TrainingCourse(LabPlan.Label(entry.Key), trained.Rewards, trained.Divergences, [.. trained.Looks.Select(look => (look.Step, look.Own.Value))]);
        })]));
    }
}
