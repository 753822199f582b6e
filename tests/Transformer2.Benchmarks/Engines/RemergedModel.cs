using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Native;
using Transformer2.Modeling.Svf;
using Transformer2.Tokenization;
using static TorchSharp.torch;

namespace Transformer2.Benchmarks;

/// <summary>
/// A model that is given an expert as the published code does it: every matrix is rebuilt, W' = U diag(sigma * z) V^T with a dense diagonal, and copied
/// into the weights; then it generates in one batch, with a KV cache, until all answers have ended.
/// </summary>
internal sealed class RemergedModel : IDisposable
{
    private const int BlockTokens = 32;

    private readonly Decoder _model;
    private readonly KeyValueCache _cache;
    private readonly ModelTokenizer _tokenizer;
    private readonly int _blocksPerRow;

    /// <param name="folder">The model.</param>
    /// <param name="decompositions">Where decompositions are kept.</param>
    /// <param name="rows">Rows of its batch.</param>
    /// <param name="rowTokens">Most tokens of prompt and answer together.</param>
    /// <param name="threads">Threads that compute.</param>
    public RemergedModel(string folder, string decompositions, int rows, int rowTokens, int threads)
    {
        set_num_threads(threads);
        using var opened = ModelFolder.Open(folder);
        _model = opened.Load(ScalarType.Float32);
        Decomposition.Attach(_model, opened, decompositions);
        _tokenizer = ModelTokenizer.Load(folder);
        _blocksPerRow = (rowTokens + BlockTokens - 1) / BlockTokens;
        _cache = new KeyValueCache(_model.Config, 1 + (rows * _blocksPerRow), BlockTokens, _model.DType, _model.Device);
    }

    /// <summary>Puts an expert into the weights.</summary>
    public void Merge(ExpertVector expert)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (var projection in _model.Projections)
        {
            if (!expert.Multipliers.TryGetValue(projection.Name, out var z)) continue;
            var (u, sigma, vh) = projection.Factors!;
            projection.Weight.copy_(u.matmul((sigma * tensor(z.ToArray())).diag()).matmul(vh));
        }
    }

    /// <summary>The greedy answers to messages of a user, as token ids without their ends.</summary>
    public int[][] Answer(IReadOnlyList<string> messages, int maxTokens)
    {
        int[][] prompts = [.. messages.Select(message => _tokenizer.EncodeChat([new ChatMessage("user", message)]).ToArray())];
        int[][] blocks = [.. prompts.Select((_, row) => Enumerable.Range(1 + (row * _blocksPerRow), _blocksPerRow).ToArray())];
        var answers = prompts.Select(_ => new List<int>()).ToArray();
        var open = Enumerable.Repeat(true, prompts.Length).ToArray();

        // One pass for all prompts: what stands behind a shorter one is seen by nobody before it is written over.
        var longest = prompts.Max(prompt => prompt.Length);
        int[][] input = [.. prompts.Select(prompt => (int[])[.. prompt, .. new int[longest - prompt.Length]])];
        var next = Next(input, new int[prompts.Length], blocks, [.. prompts.Select(prompt => prompt.Length - 1L)]);
        for (var step = 0; ; step++)
        {
            for (var row = 0; row < prompts.Length; row++)
            {
                open[row] = open[row] && !_tokenizer.EosIds.Contains(next[row]) && answers[row].Count < maxTokens;
                if (open[row]) answers[row].Add(next[row]);
            }

            if (!open.Contains(true)) return [.. answers.Select(answer => answer.ToArray())];
            next = Next([.. next.Select(token => (int[])[token])], [.. prompts.Select(prompt => prompt.Length + step)], blocks, new long[prompts.Length]);
        }
    }

    /// <summary>A text's tokens.</summary>
    public int[] Encode(string text) => [.. _tokenizer.Tokenizer.Encode(text, specialTokens: false, addBos: false)];

    public void Dispose()
    {
        _cache.Dispose();
        _model.Dispose();
    }

    private int[] Next(int[][] input, int[] starts, int[][] blocks, long[] wanted)
    {
        using var scope = NewDisposeScope();
        using var guard = inference_mode();
        var hidden = _model.Forward(input, starts, _cache, blocks); // [rows, tokens, hidden]
        var last = hidden.flatten(0, 1).index_select(0, tensor([.. wanted.Select((place, row) => ((long)row * input[0].Length) + place)])); // [rows, hidden]
        return Array.ConvertAll(_model.Logits(last).argmax(-1).data<long>().ToArray(), id => (int)id);
    }
}
