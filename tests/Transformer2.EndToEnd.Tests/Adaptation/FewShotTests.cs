using Grpc.Core;
using Transformer2.Client;
using Transformer2.TestKit;
using Transformer2.V1;

namespace Transformer2.EndToEnd.Tests;

/// <summary>Few-shot searches with the bundled model and its experts, on a family of tasks that none of them was trained for.</summary>
public sealed class FewShotTests
{
    private static readonly string[] Experts = ["code", "math"];

    // What slices of texts are, as the corpus answers in its code category.
    private static readonly (string Prompt, string Answer)[] Slices =
    [
        ("what is 'kfwz'[0:2] in python?", ">>> kf"),
        ("print('hqde'[1:3])", ">>> qd"),
        ("run 'vbnm'[2:4] and show it.", ">>> nm"),
        ("find the value of 'tyui'[1:3].", ">>> yu"),
        ("what is 'plok'[2:4] in python?", ">>> ok"),
        ("print('zxcv'[0:2])", ">>> zx"),
        ("run 'qwer'[1:3] and show it.", ">>> we"),
        ("find the value of 'gjhs'[0:2].", ">>> gj"),
        ("what is 'mbra'[1:3] in python?", ">>> br"),
        ("print('dlft'[2:4])", ">>> ft"),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_search_that_is_killed_ends_after_a_restart_as_if_nothing_had_been()
    {
        BundledModel.SkipWithout();
        using var folder = new TemporaryFolder();
        await using (var server = await ServerProcess.StartAsync(folder.File("data"), modelDirectory: null))
        {
            using var client = server.Client();
            await client.Adaptation.CreateAsync(Search("killed"), Token);
            await foreach (var now in client.Adaptation.WatchAsync("killed", Token))
            {
                Assert.NotEqual(AdaptationState.Failed, now.State);
                if (now.FewShotResult?.Generations >= 2)
                {
                    break;
                }
            }

            await server.KillAsync();
        }

        await using (var server = await ServerProcess.StartAsync(folder.File("data"), modelDirectory: null))
        {
            using var client = server.Client();
            var killed = await EndAsync(client, "killed");
            await client.Adaptation.CreateAsync(Search("calm"), Token);
            var calm = await EndAsync(client, "calm");

            Assert.Equal((AdaptationState.Succeeded, AdaptationState.Succeeded), (killed.State, calm.State));
            Assert.Equal((1, 0), (killed.Resumptions, calm.Resumptions));
            Assert.Equal(calm.FewShotResult, killed.FewShotResult);
            var experts = await client.Experts.ListAsync(cancellationToken: Token).ToDictionaryAsync(expert => expert.ExpertId, cancellationToken: Token);
            Assert.Equal(experts["calm"].Digest, experts["killed"].Digest);
            Assert.Equal("mixture", experts["killed"].Task);

            var scores = killed.FewShotResult.Searched;
            Assert.True(scores.Found.LogLikelihood >= scores.Base.LogLikelihood, $"found {scores.Found}, base {scores.Base}");
            Assert.True(scores.Found.LogLikelihood >= scores.BestSingle.LogLikelihood, $"found {scores.Found}, best single {scores.BestSingle}");
            Assert.Equal((3, 7), (killed.FewShotResult.HeldOut.Examples, scores.Examples));
            var answer = await client.GenerateAsync(
                new GenerateRequest
                {
                    Messages = new ChatMessages { Messages = { new ChatMessage { Role = "user", Content = Slices[0].Prompt } } },
                    Selection = Select.Expert("killed"),
                    MaxTokens = 16,
                },
                Token).ToListAsync(Token);
            Assert.Equal("killed", answer[0].Dispatched.Experts.Single().Name.Split('/')[^1]);
            Assert.NotNull(answer[^1].Completed);
        }
    }

    [Fact]
    public async Task A_search_that_makes_no_sense_is_refused()
    {
        BundledModel.SkipWithout();
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(folder.File("data"), modelDirectory: null);
        using var client = server.Client();

        await Expect(StatusCode.NotFound, "EXPERT_NOT_FOUND", null, search => search.Experts.Add("gone"));
        await Expect(StatusCode.InvalidArgument, "INVALID_EXAMPLES", "NONE", search => search.Examples.Clear());
        await Expect(
            StatusCode.InvalidArgument, "INVALID_EXAMPLES", "CONTRADICTORY", search => search.Examples.Add(new Example { Prompt = Slices[0].Prompt, Answer = "no" }));
        Assert.Empty(await client.Adaptation.ListAsync(cancellationToken: Token).ToListAsync(Token));

        async Task Expect(StatusCode status, string reason, string? cause, Action<FewShotSearch> change)
        {
            var request = Search("wrong");
            change(request.FewShot);
            var refused = await Refusal.Expect(status, reason, () => client.Adaptation.CreateAsync(request, Token));
            Assert.Equal(cause, refused.Metadata.GetValueOrDefault("cause"));
        }
    }

    private static CreateAdaptationRequest Search(string id) => new()
    {
        AdaptationId = id,
        FewShot = new FewShotSearch
        {
            Experts = { Experts },
            Examples = { Slices.Select(slice => new Example { Prompt = slice.Prompt, Answer = slice.Answer }) },
            Seed = 11,
            Generations = 6,
        },
    };

    private static async Task<Adaptation> EndAsync(Transformer2Client client, string id) => await client.Adaptation.WatchAsync(id, Token).LastAsync(Token);
}
