using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Training.Adapters;
using Transformer2.Training.Rollouts;
using static TorchSharp.torch;

namespace Transformer2.Training.Tests.Rollouts;

public sealed class TorchRolloutsTests(NanoFixture nano)
{
    private static readonly HashSet<int> Ends = [3, 40];

    [Fact]
    public async Task Greedy_answers_are_the_most_probable_tokens_of_whole_passes()
    {
        using var model = nano.CreateModel(scale: 6);
        var requests = Requests(model, temperature: 0);
        foreach (var (request, answer) in requests.Zip(await Generate(model, requests)))
        {
            using var scope = NewDisposeScope();
            var ids = request.Prompt.ToList();
            foreach (var id in answer.Ids)
            {
                Assert.Equal(Next(model, request.Adapter, ids), id);
                ids.Add(id);
            }

            Assert.Equal(answer.IsComplete, Ends.Contains(answer.Ids[^1]));
            Assert.True(answer.IsComplete || answer.Ids.Count == request.MaxTokens);
            Assert.DoesNotContain(answer.Ids.SkipLast(1), Ends.Contains);
        }
    }

    [Fact]
    public async Task Answers_are_the_seeds_whoever_else_is_asked()
    {
        using var model = nano.CreateModel(scale: 6);
        var requests = Requests(model, temperature: 1);
        var together = await Generate(model, requests);
        var again = await Generate(model, requests);
        var few = await new TorchRollouts(model, maxRows: 3).Generate(requests, TestContext.Current.CancellationToken);
        for (var i = 0; i < requests.Length; i++)
        {
            Assert.Equal(together[i].Ids, again[i].Ids);
            Assert.Equal(together[i].Ids, few[i].Ids);
            Assert.Equal(together[i].Ids, (await Generate(model, [requests[i]]))[0].Ids);
        }

        Assert.NotEqual(together.Select(answer => answer.Ids), (await Generate(model, [.. requests.Select(request => request with { Seed = request.Seed + 100 })])).Select(answer => answer.Ids));
        Assert.True(together.Select(answer => string.Join(' ', answer.Ids)).Distinct().Count() > requests.Length / 2);
    }

    [Fact]
    public void Draws_follow_the_probabilities()
    {
        float[] logits = [0, 1, 2, -3];
        foreach (var temperature in new[] { 0.5, 1, 2 })
        {
            var weights = logits.Select(logit => Math.Exp(logit / temperature)).ToArray();
            var counts = new int[logits.Length];
            const int draws = 20_000;
            for (var i = 0; i < draws; i++) counts[TokenDraw.From(logits, temperature, seed: (ulong)i, position: 3)]++;
            for (var i = 0; i < logits.Length; i++) Assert.Equal(weights[i] / weights.Sum(), (double)counts[i] / draws, 0.015);
        }

        Assert.Equal(1, TokenDraw.From([0, 5, 5], 0, seed: 1, position: 0));
        Assert.Throws<TrainingDivergedException>(() => TokenDraw.From([0, float.NaN], 1, seed: 1, position: 0));
        Assert.Throws<TrainingDivergedException>(() => TokenDraw.From([float.PositiveInfinity, 1], 0, seed: 1, position: 0));
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(3, 0)]
    [InlineData(500, 100)]
    public async Task What_does_not_fit_is_refused(int prompt, int most)
    {
        using var model = nano.CreateModel();
        await Assert.ThrowsAsync<ArgumentException>(() => Generate(model, [new RolloutRequest(new int[prompt], null, 0, 1, most, Ends)]));
    }

    private static Task<IReadOnlyList<Rollout>> Generate(Decoder model, RolloutRequest[] requests) =>
        new TorchRollouts(model).Generate(requests, TestContext.Current.CancellationToken).AsTask();

    private static RolloutRequest[] Requests(Decoder model, double temperature)
    {
        AdapterWeights?[] adapters = [null, Svf(model, 0.5f), Svf(model, 1.8f)];
        return [.. Enumerable.Range(0, 12).Select(i => new RolloutRequest(
            [.. Enumerable.Range(0, 2 + (i * 5 % 23)).Select(j => 10 + (((i * 31) + (j * 7)) % 400))], adapters[i % 3], temperature, (ulong)i, 3 + (i % 20), Ends))];
    }

    private static SvfWeights Svf(Decoder model, float first)
    {
        var z = model.Projections.Where(projection => projection.Name.Contains(".mlp.", StringComparison.Ordinal)).Select(projection =>
        {
            var values = Enumerable.Repeat(1f, projection.Factors!.Rank).ToArray();
            Array.Fill(values, first, 0, values.Length / 2);
            return KeyValuePair.Create(projection.Name, values);
        });
        return new SvfWeights(new ExpertVector(z));
    }

    private static int Next(Decoder model, AdapterWeights? adapter, List<int> ids)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var input = tensor(ids.Select(id => (long)id).ToArray(), [1, ids.Count]);
        var hidden = model.Forward(input, AdapterTensors.Rows([(AdapterTensors.Of(adapter, model), 1)]));
        return (int)model.Logits(hidden)[0, -1].argmax().ToInt64();
    }
}
