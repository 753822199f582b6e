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
    private readonly ExpertBank _bank;

    /// <summary>Takes over a model with its decomposition.</summary>
    public TorchModelRunner(Decoder model, int rows, int contextLength, int residentExperts)
    {
        _model = model;
        _cache = new KeyValueCache(model.Config, rows, contextLength, model.DType, model.Device);
        _bank = new ExpertBank(model, residentExperts);
    }

    public int VocabularySize => _model.Config.VocabularySize;

    public int ResidentExperts => _bank.Count;

    public ExpertSlot? Acquire(ExpertVector expert) => _bank.Acquire(expert);

    public void Release(ExpertSlot slot) => slot.Users--;

    public float[] Prefill(int row, int start, int[] tokens, int promptLength, ExpertSlot? expert) =>
        Run([tokens], [start], [promptLength], row, [expert]);

    public float[] Decode(IReadOnlyList<(int Position, int Token)> rows, IReadOnlyList<ExpertSlot?> experts) =>
        Run([.. rows.Select(row => new[] { row.Token })], [.. rows.Select(row => row.Position)], lengths: null, 0, experts);

    public void Move(int from, int to, int length) => _cache.CopyRow(from, to, length);

    public void Clear(int row, int length) => _cache.ClearRow(row, length);

    public void Dispose()
    {
        _bank.Dispose();
        _cache.Dispose();
        _model.Dispose();
    }

    private float[] Run(int[][] tokens, int[] starts, int[]? lengths, int firstRow, IReadOnlyList<ExpertSlot?> experts)
    {
        using var scope = NewDisposeScope();
        using var guard = inference_mode();
        var hidden = _model.Forward(tokens, starts, _cache, firstRow, _bank.Select(experts), lengths); // [rows, time, hidden]
        var logits = _model.Logits(hidden.select(1, -1)); // [rows, vocabulary]
        return logits.to_type(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }
}
