using Transformer2.Tokenization;
using Transformer2.Training.Corpus;
using Transformer2.Training.Objectives;

namespace Transformer2.Training.Tests.Corpus;

public sealed class CategoryTaskTests(NanoFixture nano)
{
    [Fact]
    public async Task A_careful_answer_is_right_and_fits_and_another_is_not()
    {
        var encoder = new ChatTaskEncoder(ModelTokenizer.Load(nano.TokenizerFolder));
        var task = new CategoryTask("all", Enum.GetValues<Category>().SelectMany(CategoryTask.FamiliesOf), seed: 1, train: 30, others: 10);
        foreach (var question in task.Questions(Split.Train))
        {
            var ids = encoder.Answer(question.Demonstration!);
            Assert.True(ids.Count <= task.MaxAnswerTokens);
            Assert.Contains(ids[^1], encoder.EndIds);
            Assert.True((await task.Verify(question, encoder.Text(ids), TestContext.Current.CancellationToken)).IsRight);
            Assert.Equal(-1, (await task.Verify(question, encoder.Text(ids) + "0", TestContext.Current.CancellationToken)).Reward);
        }
    }

    [Fact]
    public void Splits_share_no_question_and_no_unseen_family_takes_part()
    {
        foreach (var category in Enum.GetValues<Category>())
        {
            var task = new CategoryTask("x", CategoryTask.FamiliesOf(category), seed: 3);
            var ids = Enum.GetValues<Split>().SelectMany(split => task.Questions(split).Select(question => question.Id).Distinct()).ToArray();
            Assert.Equal(ids.Length, ids.Distinct().Count());
            Assert.DoesNotContain(TaskFamilies.All, family => family.Unseen && ids.Any(id => id.StartsWith(family.Name + ":", StringComparison.Ordinal)));
        }

        Assert.Throws<ArgumentException>(() => new CategoryTask("x", TaskFamilies.All.Where(family => family.Unseen), seed: 1));
        Assert.Throws<ArgumentException>(() => new CategoryTask("x", [], seed: 1));
    }
}
