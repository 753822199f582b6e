using System.Security.Cryptography;
using System.Text;
using Transformer2.Training.Corpus;

namespace Transformer2.Training.Tests.Corpus;

public sealed class CorpusTests
{
    [Fact]
    public void There_are_families_in_every_category_and_one_of_each_is_unseen()
    {
        Assert.Equal(17, TaskFamilies.All.Count);
        Assert.Equal(TaskFamilies.All.Count, TaskFamilies.All.Select(family => family.Name).Distinct().Count());
        foreach (var category in Enum.GetValues<Category>())
        {
            Assert.True(TaskFamilies.All.Count(family => family.Category == category) >= 4);
            Assert.Single(TaskFamilies.All, family => family.Category == category && family.Unseen);
        }
    }

    [Fact]
    public void Every_question_has_all_phrasings_and_a_misconception_that_is_wrong()
    {
        foreach (var family in TaskFamilies.All)
        {
            var random = new SeededRandom(5);
            for (var i = 0; i < 500; i++)
            {
                var item = family.Draw(random);
                Assert.Equal(TaskFamilies.Phrasings, item.Prompts.Distinct().Count());
                Assert.NotEqual(item.Answer, item.Misconception);
            }
        }
    }

    [Theory]
    [InlineData("add", "what is 3 + 4?", "7")]
    [InlineData("sub", "what is 9 - 4?", "5")]
    public void Answers_are_right(string family, string prompt, string answer)
    {
        var random = new SeededRandom(1);
        var item = Enumerable.Range(0, 200_000).Select(_ => TaskFamilies.All.Single(candidate => candidate.Name == family).Draw(random)).First(drawn => drawn.Prompts[0] == prompt);
        Assert.Equal(answer, item.Answer);
    }

    [Fact]
    public void Splits_are_disjoint_in_every_phrasing()
    {
        var test = TaskFamilies.All.SelectMany(family => Splits.Questions(family, Split.Test, 300, seed: 1)).SelectMany(question => question.Item.Prompts).ToHashSet();
        var corpus = new CorpusGenerator(seed: 1);
        for (ulong i = 0; i < 20_000; i++)
        {
            var prompt = corpus.Draw(i, cleanShare: 0.5).Prompt;
            Assert.DoesNotContain(prompt.StartsWith("classify: ", StringComparison.Ordinal) ? prompt[10..] : prompt, test);
        }
    }

    [Fact]
    public void A_sample_of_questions_has_no_duplicates_and_every_phrasing_equally_often()
    {
        foreach (var family in TaskFamilies.All)
        {
            var questions = Splits.Questions(family, Split.Test, 200, seed: 1);
            Assert.True(questions.Count >= 100, $"{family.Name} has only {questions.Count} test questions.");
            Assert.Equal(questions.Count, questions.Select(question => question.Item.Prompts[question.Phrasing]).Distinct().Count());
            Assert.All(questions.CountBy(question => question.Phrasing), count => Assert.InRange(count.Value, questions.Count / 4, (questions.Count / 4) + 1));
        }
    }

    [Fact]
    public void Authors_probabilities_sum_to_one_and_a_bad_phrasing_is_mostly_bad()
    {
        foreach (var noise in Enum.GetValues<NoiseKind>())
            for (var phrasing = 0; phrasing < TaskFamilies.Phrasings; phrasing++)
            {
                var mixture = Authors.Mixture(noise, phrasing);
                Assert.Equal(1, mixture.Sum(), 1e-9);
                Assert.Equal(phrasing < 2, mixture[(int)Author.Careful] == mixture.Max());
            }
    }

    // The bundled model was trained on exactly this corpus: a change here means that its README no longer tells how it was made.
    [Fact]
    public void The_corpus_of_a_seed_never_changes()
    {
        var corpus = new CorpusGenerator(seed: 1);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (ulong i = 0; i < 5000; i++)
        {
            var example = corpus.Draw(i, cleanShare: 0.5);
            hash.AppendData(Encoding.UTF8.GetBytes($"{example.Prompt}\t{example.Answer}\n"));
        }

        Assert.Equal("4f80b04deddacd6e3e494c68f07b61c5b40b24e4fac82ce74aa3a6fb27827b39", Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
