using System.Reflection;
using Transformer2.Experts;
using Transformer2.Training.Corpus;
using Transformer2.Training.Evaluation;
using Transformer2.Training.Experts;

namespace Transformer2.Cli.Tests;

/// <summary>Test questions choose nothing.</summary>
public sealed class SelectionTests
{
    [Fact]
    public void A_score_that_chooses_is_made_of_a_look_at_validation_questions_only()
    {
        var makers = typeof(ValidationScore).GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(method => method.ReturnType == typeof(ValidationScore)).ToArray();

        Assert.Equal([typeof(ValidationLook)], Assert.Single(makers).GetParameters().Select(parameter => parameter.ParameterType));
        Assert.Empty(typeof(ValidationScore).GetConstructors(BindingFlags.Instance | BindingFlags.Public));
        Assert.All(
            typeof(Selection).GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly),
            method => Assert.Equal(typeof(ValidationScore), method.GetParameters()[1].ParameterType.GetGenericArguments()[^1]));
    }

    [Fact]
    public void The_best_by_validation_is_chosen_and_of_equals_the_first()
    {
        ValidationLook[] looks = [Look(1, 5), Look(2, 7), Look(3, 7), Look(4, 6)];

        Assert.Equal(2, Selection.Best(looks, ValidationScore.Of).Step);

        static ValidationLook Look(int step, int right) => new(step, new Proportion(right, 10), default);
    }

    [Fact]
    public void Trainings_are_not_given_test_questions()
    {
        var task = new TaskWithoutTest(new CategoryTask("math", CategoryTask.FamiliesOf(Category.Math), seed: 1, train: 4, others: 4));

        Assert.NotEmpty(task.Questions(Split.Train));
        Assert.NotEmpty(task.Questions(Split.Validation));
        Assert.Throws<InvalidOperationException>(() => task.Questions(Split.Test));
    }

    [Fact]
    public void A_unit_of_other_settings_or_of_other_units_is_another_one()
    {
        using var folder = new TestKit.TemporaryFolder();
        var store = new LabStore(folder.Path, "sha256:1");
        var plan = new LabPlan(LabSizes.Full, seed: 1);
        string[] keys = [.. plan.Units.Select(store.KeyOf)];

        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys, new LabPlan(LabSizes.Full, seed: 1).Units.Select(store.KeyOf));
        Assert.Empty(keys.Intersect(new LabPlan(LabSizes.Full, seed: 2).Units.Select(store.KeyOf)));
        Assert.Empty(keys.Intersect(plan.Units.Select(new LabStore(folder.Path, "sha256:2").KeyOf)));
        // Other steps of the trainings by rewards are other trainings, and so is everything that needs them; the base model's answers stay.
        var others = new LabPlan(LabSizes.Full with { RewardSteps = 51 }, seed: 1);
        Assert.Equal(store.KeyOf(plan.BaseAnswers), store.KeyOf(others.BaseAnswers));
        Assert.NotEqual(store.KeyOf(plan.Dispatch), store.KeyOf(others.Dispatch));
    }

    [Fact]
    public void What_a_unit_needs_stands_before_it()
    {
        var units = new LabPlan(LabSizes.Full, seed: 1).Units.ToList();

        Assert.All(units.Index(), entry => Assert.All(entry.Item.Needs, need => Assert.InRange(units.IndexOf(need), 0, entry.Index - 1)));
    }

    [Fact]
    public void A_shuffled_expert_has_the_same_multipliers_in_another_order_in_each_matrix()
    {
        var expert = new ExpertVector([KeyValuePair.Create("a", Enumerable.Range(0, 50).Select(i => (float)i).ToArray()), KeyValuePair.Create("b", Enumerable.Range(0, 50).Select(i => (float)i).ToArray())]);

        var shuffled = TransferUnit.Shuffle(expert, seed: 3);

        Assert.All(shuffled.Multipliers, entry => Assert.Equal(expert.Multipliers[entry.Key].ToArray(), entry.Value.ToArray().Order()));
        Assert.NotEqual(expert.Multipliers["a"].ToArray(), shuffled.Multipliers["a"].ToArray());
        Assert.NotEqual(shuffled.Multipliers["a"].ToArray(), shuffled.Multipliers["b"].ToArray());
    }
}
