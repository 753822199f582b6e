using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.TestKit;
using Transformer2.Training.Checkpoints;
using static TorchSharp.torch;

namespace Transformer2.Training.Tests.Checkpoints;

public sealed class TrainingCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, Tensor> _state = new() { ["a"] = ones(2), ["b"] = ones(2, 3) };

    private string Checkpoint => _folder.File("checkpoint");

    [Fact]
    public void A_state_comes_back_with_its_step()
    {
        TrainingCheckpoint.Save(Checkpoint, 7, _state);
        using (no_grad())
        {
            foreach (var tensor in _state.Values) tensor.zero_();
        }

        Assert.Equal(7, TrainingCheckpoint.TryRestore(Checkpoint, _state));
        Assert.All(_state.Values, tensor => Assert.Equal(tensor.NumberOfElements, tensor.sum().ToDouble()));
    }

    [Fact]
    public void There_need_not_be_one() => Assert.Null(TrainingCheckpoint.TryRestore(Checkpoint, _state));

    public static TheoryData<string> Unusable => ["no tensor", "other shape", "other type", "no step", "bad step", "truncated", "empty"];

    [Theory]
    [MemberData(nameof(Unusable))]
    public void One_that_does_not_fit_is_refused_and_changes_nothing(string fault)
    {
        var b = fault switch
        {
            "other shape" => TensorData.Of("b", new float[6], 3, 2),
            "other type" => TensorData.Of("b", new long[6], 2, 3),
            _ => TensorData.Of("b", new float[6], 2, 3),
        };
        TensorData[] tensors = fault == "no tensor" ? [TensorData.Of("a", new float[2])] : [TensorData.Of("a", new float[2]), b];
        var metadata = fault switch
        {
            "no step" => [],
            "bad step" => new Dictionary<string, string> { ["t2.step"] = "-3" },
            _ => new Dictionary<string, string> { ["t2.step"] = "3" },
        };
        SafetensorsWriter.Write(Checkpoint, tensors, metadata);
        using (var stream = File.OpenWrite(Checkpoint))
        {
            if (fault is "truncated" or "empty") stream.SetLength(fault == "empty" ? 0 : stream.Length - 4);
        }

        Assert.Throws<CheckpointException>(() => TrainingCheckpoint.TryRestore(Checkpoint, _state));
        Assert.All(_state.Values, tensor => Assert.Equal(tensor.NumberOfElements, tensor.sum().ToDouble()));
    }

    public void Dispose()
    {
        _folder.Dispose();
        foreach (var tensor in _state.Values) tensor.Dispose();
    }
}
