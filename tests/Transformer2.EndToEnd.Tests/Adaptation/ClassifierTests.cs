using Grpc.Core;
using Transformer2.TestKit;
using Transformer2.V1;

namespace Transformer2.EndToEnd.Tests;

/// <summary>Training of classification experts with the bundled model.</summary>
public sealed class ClassifierTests
{
    private const int Prompts = 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_training_that_is_killed_goes_on_from_its_last_look_and_makes_the_same_expert()
    {
        BundledModel.SkipWithout();
        using var folder = new TemporaryFolder();
        await using (var server = await ServerProcess.StartAsync(folder.File("data"), modelDirectory: null))
        {
            using var client = server.Client();
            await client.Adaptation.CreateAsync(Training("killed"), Token);
            await foreach (var now in client.Adaptation.WatchAsync("killed", Token))
            {
                Assert.False(now.State == AdaptationState.Failed, $"{now.Error}");
                if (now.Progress > 0.55)
                {
                    break;
                }
            }

            await server.KillAsync();
        }

        await using (var server = await ServerProcess.StartAsync(folder.File("data"), modelDirectory: null))
        {
            using var client = server.Client();
            var killed = await client.Adaptation.WatchAsync("killed", Token).LastAsync(Token);
            await client.Adaptation.CreateAsync(Training("calm"), Token);
            var calm = await client.Adaptation.WatchAsync("calm", Token).LastAsync(Token);

            Assert.Equal((AdaptationState.Succeeded, AdaptationState.Succeeded), (killed.State, calm.State));
            Assert.Equal((1, 0), (killed.Resumptions, calm.Resumptions));
            Assert.Equal(calm.ClassifierResult, killed.ClassifierResult);
            Assert.Equal(["shout", "sums"], killed.ClassifierResult.Trained.Labels);
            Assert.Equal(2 * Prompts / 10, killed.ClassifierResult.Trained.Counts.Sum());
            var made = await client.Experts.GetAsync("killed", Token);
            Assert.Equal((await client.Experts.GetAsync("calm", Token)).Digest, made.Digest);
            Assert.Equal("classification", made.Task);
            Assert.Empty(Directory.GetFiles(Path.Combine(folder.File("data"), "trainings")));
        }
    }

    [Fact]
    public async Task Prompts_that_no_classifier_can_be_trained_from_are_refused()
    {
        BundledModel.SkipWithout();
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(folder.File("data"), modelDirectory: null);
        using var client = server.Client();
        var contradictory = Training("wrong");
        contradictory.Classifier.Prompts.Add(new LabelledPrompt { Prompt = contradictory.Classifier.Prompts[0].Prompt, Label = "shout" });
        var alone = Training("wrong");
        foreach (var prompt in alone.Classifier.Prompts)
        {
            prompt.Label = "sums";
        }

        Assert.Equal("CONTRADICTORY_EXAMPLES", (await Refused(contradictory)).GetValueOrDefault("cause"));
        Assert.Equal("LABEL_COUNT", (await Refused(alone)).GetValueOrDefault("cause"));

        async Task<IReadOnlyDictionary<string, string>> Refused(CreateAdaptationRequest request) =>
            (await Refusal.Expect(StatusCode.InvalidArgument, "INVALID_EXAMPLES", () => client.Adaptation.CreateAsync(request, Token))).Metadata;
    }

    private static CreateAdaptationRequest Training(string id) => new()
    {
        AdaptationId = id,
        Classifier = new ClassifierTraining
        {
            Prompts =
            {
                Enumerable.Range(0, Prompts).Select(i => new LabelledPrompt { Prompt = $"what is {i} + {i + 3}?", Label = "sums" }),
                Enumerable.Range(0, Prompts).Select(i => new LabelledPrompt { Prompt = $"shout the word {(char)('a' + i)}{(char)('z' - i)}o", Label = "shout" }),
            },
            Steps = 40,
            Seed = 5,
        },
    };
}
