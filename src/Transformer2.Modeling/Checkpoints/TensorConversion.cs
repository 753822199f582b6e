using TorchSharp;
using Transformer2.Experts;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Checkpoints;

/// <summary>Tensors from and to safetensors files.</summary>
public static class TensorConversion
{
    private const int ChunkBytes = 1 << 24;

    /// <summary>Copies a tensor of a file into libtorch, in the file's own number type (F32, F16, BF16 or I64).</summary>
    /// <exception cref="CheckpointException">Another number type.</exception>
    public static Tensor ReadTensor(this SafetensorsFile file, string name)
    {
        var info = file.Tensor(name);
        var tensor = empty([.. info.Shape], TypeOf(info), CPU);
        if (info.Length == 0) return tensor;
        // In pieces, because a span cannot hold a tensor of more than 2 GiB.
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var flat = tensor.flatten();
        var chunk = ChunkBytes / flat.ElementSize;
        for (long start = 0; start < flat.NumberOfElements; start += chunk)
        {
            var piece = flat.narrow(0, start, Math.Min(chunk, flat.NumberOfElements - start));
            file.Bytes(name, start * flat.ElementSize, (int)(piece.NumberOfElements * flat.ElementSize)).CopyTo(piece.bytes);
        }

        return tensor;
    }

    /// <summary>A tensor as an F32 entry of a file.</summary>
    public static TensorData ToTensorData(this Tensor tensor, string name)
    {
        using var scope = NewDisposeScope();
        return TensorData.Of(name, tensor.detach().cpu().to_type(ScalarType.Float32).contiguous().data<float>().ToArray(), tensor.shape);
    }

    private static ScalarType TypeOf(TensorInfo info) => info.DType switch
    {
        SafetensorsDType.F32 => ScalarType.Float32,
        SafetensorsDType.F16 => ScalarType.Float16,
        SafetensorsDType.BF16 => ScalarType.BFloat16,
        SafetensorsDType.I64 => ScalarType.Int64,
        _ => throw new CheckpointException($"{info.Name} is of type {info.DType}; supported: F32, F16, BF16."),
    };
}
