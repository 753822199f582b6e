using System.Runtime.InteropServices;
using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using static TorchSharp.torch;

namespace Transformer2.Engine;

/// <summary>The model runner over TorchSharp: any device, the reference for other runners.</summary>
internal sealed class TorchModelRunner : IModelRunner
{
    private readonly Decoder _model;
    private readonly KeyValueCache _cache;
    private readonly TorchExperts _experts;
    private float[] _logits = [];

    /// <summary>Takes over a model with its decomposition.</summary>
    /// <param name="model">The model.</param>
    /// <param name="blocks">Blocks of the KV cache that rows may have.</param>
    /// <param name="blockTokens">Tokens per block.</param>
    public TorchModelRunner(Decoder model, int blocks, int blockTokens)
    {
        _model = model;
        _cache = new KeyValueCache(model.Config, 1 + blocks, blockTokens, model.DType, model.Device);
        _experts = new TorchExperts(model);
    }

    public int VocabularySize => _model.Config.VocabularySize;

    public ResidentExpert Load(ExpertVector expert) => _experts.Load(expert);

    public Span<float> Run(IReadOnlyList<Piece> pieces)
    {
        var total = pieces.Sum(piece => piece.Wanted);
        if (_logits.Length < total * VocabularySize) _logits = new float[total * VocabularySize];

        // Rows of one length make one pass; those that decode are most.
        Piece[][] passes = [[.. pieces.Where(piece => piece.Count == 1)], .. pieces.Where(piece => piece.Count > 1).Select(piece => new[] { piece })];
        foreach (var pass in passes.Where(pass => pass.Length > 0))
        {
            using var scope = NewDisposeScope();
            using var guard = inference_mode();
            var hidden = Forward(pass).flatten(0, 1); // [rows * tokens, hidden]
            long[] wanted = [.. pass.SelectMany((piece, row) => Enumerable.Range(piece.Count - piece.Wanted, piece.Wanted).Select(token => ((long)row * piece.Count) + token))];
            if (wanted.Length == 0) continue;
            if (wanted.Length < hidden.shape[0]) hidden = hidden.index_select(0, tensor(wanted, device: _model.Device));
            var logits = _model.Logits(hidden).to_type(ScalarType.Float32).cpu().contiguous(); // [wanted, vocabulary]
            var values = MemoryMarshal.Cast<byte, float>(logits.bytes);
            foreach (var piece in pass)
            {
                var size = piece.Wanted * VocabularySize;
                values[..size].CopyTo(_logits.AsSpan(PlaceOf(piece, pieces) * VocabularySize));
                values = values[size..];
            }
        }

        return _logits.AsSpan(0, total * VocabularySize);
    }

    public void Clear(int block) => _cache.ClearBlock(block);

    public void Dispose()
    {
        _cache.Dispose();
        _model.Dispose();
    }

    private Tensor Forward(Piece[] pass)
    {
        int[][] tokens = [.. pass.Select(piece => piece.Row.Tokens.GetRange(piece.Row.Length, piece.Count).ToArray())];
        var experts = _experts.Select([.. pass.Select(piece => (TorchExpert?)piece.Row.Expert)]);
        return _model.Forward(
            tokens,
            [.. pass.Select(piece => piece.Row.Length)],
            _cache,
            [.. pass.Select(piece => piece.Row.Blocks)],
            experts,
            [.. pass.Select(piece => piece.RotaryLength(piece.Row.Length + piece.Count - 1))]);
    }

    private static int PlaceOf(Piece piece, IReadOnlyList<Piece> pieces) => pieces.TakeWhile(other => other.Row != piece.Row).Sum(other => other.Wanted);
}
