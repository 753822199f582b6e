using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Training.Adapters;
using static TorchSharp.torch;

namespace Transformer2.Training.Rollouts;

/// <summary>
/// Answers with libtorch on the calling thread, which must be the model's: prompts of one length go through together, then all rows decode
/// together over a key/value cache, each leaving when it has ended. Who else is in the batch changes nothing but how sums are rounded.
/// </summary>
/// <param name="model">The base model; is not changed.</param>
/// <param name="maxRows">Most rows of a batch.</param>
public sealed class TorchRollouts(Decoder model, int maxRows = 128) : IRollouts
{
    private const int BlockTokens = 16;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A prompt is empty, or leaves no room for the answer in the model's context.</exception>
    public ValueTask<IReadOnlyList<Rollout>> Generate(IReadOnlyList<RolloutRequest> requests, CancellationToken cancellationToken)
    {
        using var guard = no_grad();
        var answers = new Rollout[requests.Count];
        foreach (var request in requests) Check(request);
        // Rows of one adapter stand together, and rows that take equally long.
        var adapters = requests.Select(request => request.Adapter).Distinct(ReferenceEqualityComparer.Instance).ToList();
        var order = Enumerable.Range(0, requests.Count)
            .OrderBy(i => adapters.FindIndex(adapter => ReferenceEquals(adapter, requests[i].Adapter))).ThenBy(i => requests[i].Prompt.Count).ThenBy(i => i);
        foreach (var chunk in order.Chunk(maxRows))
        {
            using var scope = NewDisposeScope();
            Row[] rows = [.. chunk.Select(i => new Row(i, requests[i]))];
            Answer(rows, cancellationToken);
            foreach (var row in rows) answers[row.Index] = new Rollout(row.Answer, row.IsComplete);
        }

        return ValueTask.FromResult<IReadOnlyList<Rollout>>(answers);
    }

    private void Check(RolloutRequest request)
    {
        if (request.Prompt.Count == 0 || request.MaxTokens < 1 || request.Prompt.Count + request.MaxTokens > model.Config.ExtendedContextLength)
            throw new ArgumentException($"A prompt of {request.Prompt.Count} tokens and an answer of {request.MaxTokens} do not fit a context of {model.Config.ExtendedContextLength}.");
    }

    private void Answer(Row[] rows, CancellationToken cancellationToken)
    {
        var tensors = new Dictionary<object, AdapterTensors>(ReferenceEqualityComparer.Instance);
        foreach (var adapter in rows.Select(row => row.Request.Adapter).OfType<AdapterWeights>())
        {
            if (!tensors.ContainsKey(adapter)) tensors.Add(adapter, AdapterTensors.Of(adapter, model));
        }

        var blocks = 1; // block 0 belongs to nobody
        foreach (var row in rows)
        {
            var needed = (row.Request.Prompt.Count + row.Request.MaxTokens + BlockTokens - 1) / BlockTokens;
            row.Blocks = [.. Enumerable.Range(blocks, needed)];
            blocks += needed;
        }

        using var cache = new KeyValueCache(model.Config, blocks, BlockTokens, model.DType, model.Device);
        foreach (var group in rows.GroupBy(row => row.Request.Prompt.Count)) Advance([.. group], row => [.. row.Request.Prompt], _ => 0);
        while (true)
        {
            Row[] open = [.. rows.Where(row => !row.IsDone)];
            if (open.Length == 0) return;
            Advance(open, row => [row.Answer[^1]], row => row.Request.Prompt.Count + row.Answer.Count - 1);
        }

        void Advance(Row[] batch, Func<Row, int[]> ids, Func<Row, int> start)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var experts = AdapterTensors.Rows([.. Runs(batch, tensors)]);
            var hidden = model.Forward([.. batch.Select(ids)], [.. batch.Select(start)], cache, [.. batch.Select(row => row.Blocks)], experts);
            var logits = model.Logits(hidden.select(1, hidden.shape[1] - 1)).to_type(ScalarType.Float32).cpu().data<float>().ToArray(); // [rows * vocabulary]
            var vocabulary = logits.Length / batch.Length;
            foreach (var (i, row) in batch.Index()) row.Add(logits.AsSpan(i * vocabulary, vocabulary));
        }
    }

    // Neighbours with the same adapter.
    private static List<(AdapterTensors Adapter, int Rows)> Runs(Row[] batch, Dictionary<object, AdapterTensors> tensors)
    {
        var runs = new List<(AdapterTensors Adapter, int Rows)>();
        foreach (var row in batch)
        {
            var own = row.Request.Adapter is { } adapter ? tensors[adapter] : AdapterTensors.None;
            if (runs.Count > 0 && ReferenceEquals(runs[^1].Adapter, own)) runs[^1] = (own, runs[^1].Rows + 1);
            else runs.Add((own, 1));
        }

        return runs;
    }

    private sealed class Row(int index, RolloutRequest request)
    {
        public int Index => index;

        public RolloutRequest Request => request;

        public List<int> Answer { get; } = [];

        public int[] Blocks { get; set; } = [];

        public bool IsComplete => Answer.Count > 0 && request.EndIds.Contains(Answer[^1]);

        public bool IsDone => IsComplete || Answer.Count == request.MaxTokens;

        public void Add(ReadOnlySpan<float> logits) => Answer.Add(TokenDraw.From(logits, request.Temperature, request.Seed, Answer.Count));
    }
}
