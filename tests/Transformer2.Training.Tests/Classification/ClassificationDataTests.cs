using Transformer2.Training.Classification;
using Transformer2.Training.Corpus;

namespace Transformer2.Training.Tests.Classification;

public sealed class ClassificationDataTests
{
    public static TheoryData<string, LabelledPrompt[], string[]?> Refused => new()
    {
        { ClassificationDataReason.NoExamples, [], null },
        { ClassificationDataReason.NoExamples, [], ["a", "b"] },
        { ClassificationDataReason.TooFewExamples, [.. Some("a", 10), .. Some("b", 3)], null },
        { ClassificationDataReason.TooFewExamples, [.. Some("a", 10), .. Some("b", 10)], ["a", "b", "c"] },
        { ClassificationDataReason.TooFewExamples, [.. Some("a", 10), .. Enumerable.Repeat(new LabelledPrompt("the same", "b"), 10)], null },
        { ClassificationDataReason.LabelCount, Some("a", 10), null },
        { ClassificationDataReason.LabelCount, [.. Enumerable.Range(0, 65).SelectMany(label => Some($"l{label}", 4))], null },
        { ClassificationDataReason.LabelUnknown, [.. Some("a", 10), .. Some("b", 10), .. Some("c", 10)], ["a", "b"] },
        { ClassificationDataReason.LabelInvalid, [.. Some("a", 10), .. Some("b", 10)], ["a", "b", "a"] },
        { ClassificationDataReason.LabelInvalid, [.. Some("a", 10), .. Some("", 10)], null },
        { ClassificationDataReason.LabelInvalid, [.. Some("a", 10), .. Some(" b", 10)], null },
        { ClassificationDataReason.LabelInvalid, [.. Some("a", 10), .. Some("b\nc", 10)], null },
        { ClassificationDataReason.LabelInvalid, [.. Some("a", 10), .. Some("b\u202ec", 10)], null },
        { ClassificationDataReason.LabelInvalid, [.. Some("a", 10), .. Some("b\ud800", 10)], null },
        { ClassificationDataReason.LabelInvalid, [.. Some("a", 10), .. Some(new string('b', 65), 10)], null },
        { ClassificationDataReason.ContradictoryExamples, [.. Some("a", 10), .. Some("b", 10), new("a 3", "b")], null },
        { ClassificationDataReason.PromptEmpty, [.. Some("a", 10), .. Some("b", 10), new("", "b")], null },
        { ClassificationDataReason.PromptTooLong, [.. Some("a", 10), .. Some("b", 10), new(new string('x', 65537), "b")], null },
        { ClassificationDataReason.PromptTooLong, [.. Some("a", 10), .. Some("b", 10), new(new string('ü', 32769), "b")], null },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Examples_that_no_classifier_can_be_trained_from_are_refused(string reason, LabelledPrompt[] examples, string[]? labels) =>
        Assert.Equal(reason, Assert.Throws<ClassificationDataException>(() => ClassificationData.Split(examples, labels)).Reason);

    [Fact]
    public void An_example_at_fault_is_named_and_so_is_the_one_that_it_contradicts()
    {
        LabelledPrompt[] examples = [.. Some("a", 10), .. Some("b", 10), new("a 3", "b", 77)];
        examples[3] = examples[3] with { Position = 5 };
        var fault = Assert.Throws<ClassificationDataException>(() => ClassificationData.Split(examples));
        Assert.Equal(77, fault.Position);
        Assert.Contains("'b' here, and 'a' at 5", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_examples_than_are_accepted_are_refused()
    {
        var limits = new ClassificationLimits { MaxExamples = 19 };
        LabelledPrompt[] examples = [.. Some("a", 10), .. Some("b", 10)];
        Assert.Equal(
            ClassificationDataReason.TooManyExamples,
            Assert.Throws<ClassificationDataException>(() => ClassificationData.Split(examples, limits: limits)).Reason);
        Assert.Equal(
            ClassificationDataReason.TooManyExamples,
            Assert.Throws<ClassificationDataException>(() => ClassificationData.Split(examples, limits: new ClassificationLimits { MaxTotalBytes = 59 })).Reason);
        Assert.Equal(20, Count(ClassificationData.Split(examples, limits: new ClassificationLimits { MaxExamples = 20, MaxTotalBytes = 60 })));
    }

    [Theory]
    [InlineData(4, 4, 0.2, 0.2)]
    [InlineData(100, 7, 0.2, 0.2)]
    [InlineData(50, 5, 0.4, 0.4)]
    [InlineData(50, 5, 0.01, 0.01)]
    public void Every_label_is_in_every_part_and_no_prompt_in_two(int first, int second, double validation, double test)
    {
        var data = ClassificationData.Split([.. Some("a", first), .. Some("b", second), .. Some("b", second)], ["b", "a"], validation, test);

        Assert.Equal(["b", "a"], data.Labels);
        Assert.Equal(second, data.Duplicates);
        Assert.Equal(first + second, Count(data));
        Assert.Equal(first + second, data.Train.Concat(data.Validation).Concat(data.Test).Select(example => example.Prompt).Distinct().Count());
        foreach (var part in new[] { data.Train, data.Validation, data.Test })
            Assert.Equal(["a", "b"], part.Select(example => example.Label).Distinct().Order());
        Assert.Equal(Math.Max(1, Math.Round(first * test)), data.Test.Count(example => example.Label == "a"));
        Assert.Equal(Math.Max(1, Math.Round(first * validation)), data.Validation.Count(example => example.Label == "a"));
    }

    [Fact]
    public void The_parts_do_not_depend_on_the_order_of_the_examples()
    {
        LabelledPrompt[] examples = [.. Some("a", 40), .. Some("b", 30), .. Some("c", 20)];
        var data = ClassificationData.Split(examples);
        var random = new Random(7);
        random.Shuffle(examples);
        var shuffled = ClassificationData.Split(examples);
        Assert.Equal(["a", "b", "c"], shuffled.Labels);
        Assert.Equal(data.Train.Where(Is("b")), shuffled.Train.Where(Is("b")));
        Assert.Equal(data.Train, shuffled.Train);
        Assert.Equal(data.Validation, shuffled.Validation);
        Assert.Equal(data.Test, shuffled.Test);

        static Func<LabelledPrompt, bool> Is(string label) => example => example.Label == label;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.1)]
    [InlineData(0.5)]
    [InlineData(double.NaN)]
    public void A_share_that_leaves_nothing_is_refused(double share)
    {
        LabelledPrompt[] examples = [.. Some("a", 10), .. Some("b", 10)];
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassificationData.Split(examples, validationShare: share));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassificationData.Split(examples, testShare: share));
    }

    [Fact]
    public void Given_parts_share_nothing_and_lack_no_label()
    {
        var (a, b) = (Some("a", 6), Some("b", 6));
        LabelledPrompt[] train = [.. a[..4], .. b[..4]], validation = [a[4], b[4]], test = [a[5], b[5]];
        Assert.Equal(test, ClassificationData.Of(["a", "b"], train, validation, test).Test.OrderBy(example => example.Label));
        Assert.Throws<ArgumentException>(() => ClassificationData.Of(["a", "b"], train, validation, [.. test, a[0]]));
        Assert.Throws<ArgumentException>(() => ClassificationData.Of(["a", "b"], train, [.. validation, b[5]], [a[5]]));
    }

    [Fact]
    public void The_corpus_gives_careful_labels_and_keeps_unseen_families_apart()
    {
        var corpus = new CorpusClassification(seed: 1);
        var data = corpus.Data();
        Assert.Equal(["math", "code", "reasoning", "other"], data.Labels);
        Assert.Equal(0, data.Duplicates);
        Assert.Equal(data.Labels, data.Train.Select(example => example.Label).Distinct().OrderBy(label => data.Labels.ToList().IndexOf(label)));
        var test = TaskFamilies.All.Where(family => !family.Unseen)
            .SelectMany(family => Splits.Questions(family, Split.Test, 300, seed: 1).Select(question => question.Item.Prompts[question.Phrasing]));
        Assert.Equal(test.Order(), data.Test.Select(example => example.Prompt).Order());

        var unseen = corpus.Unseen();
        Assert.Equal(1200, unseen.Count);
        Assert.Empty(unseen.Select(example => example.Prompt).Intersect(data.Train.Concat(data.Validation).Concat(data.Test).Select(example => example.Prompt)));
    }

    // Each prompt has three bytes at least.
    private static LabelledPrompt[] Some(string label, int count) =>
        [.. Enumerable.Range(0, count).Select(number => new LabelledPrompt(label.Length == 1 ? $"{label} {number}" : $"of {label} {number}", label))];

    private static int Count(ClassificationData data) => data.Train.Count + data.Validation.Count + data.Test.Count;
}
