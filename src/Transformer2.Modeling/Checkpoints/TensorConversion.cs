using TorchSharp;
using Transformer2.Experts;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Checkpoints;

/// <summary>Tensors from and to safetensors files, piece by piece: managed memory never holds one.</summary>
public static class TensorConversion
{
    // Elements converted at once. So few that libtorch does not share them out among threads, which costs more than it brings, and that
    // malloc has no large blocks in turn with those of the weights, which would leave holes between them.
    private const int StagingElements = 1 << 15;

    /// <summary>
    /// Copies a tensor of a file (F32, F16, BF16 or I64) from the mapped file into libtorch. Beside the result it takes a
    /// buffer of 128 KiB, and that only to convert or to move to another device.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="dtype">Number type of the result; null is the file's own.</param>
    /// <param name="device">Where the result lies; null is the CPU. On <c>meta</c> no byte is read.</param>
    /// <exception cref="CheckpointException">Another number type.</exception>
    /// <exception cref="IOException">The file is shorter than it was when it was opened.</exception>
    public static Tensor ReadTensor(this SafetensorsFile file, string name, ScalarType? dtype = null, Device? device = null)
    {
        var info = file.Tensor(name);
        var stored = TypeOf(info);
        var target = empty([.. info.Shape], dtype ?? stored, device ?? CPU);
        if (info.Length == 0 || target.device_type == DeviceType.META) return target;
        try
        {
            Fill(file, name, stored, target);
            return target;
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }

    /// <summary>A tensor as an F32 entry of a file; the tensor is read when the file is written.</summary>
    public static TensorData ToTensorData(this Tensor tensor, string name) => new(name, SafetensorsDType.F32, tensor.shape, stream =>
    {
        using var guard = no_grad();
        using var outer = NewDisposeScope();
        var flat = tensor.detach().contiguous().flatten();
        for (long start = 0; start < flat.NumberOfElements; start += StagingElements)
        {
            using var scope = NewDisposeScope();
            var piece = flat.narrow(0, start, Math.Min(StagingElements, flat.NumberOfElements - start));
            stream.Write(piece.cpu().to_type(ScalarType.Float32).bytes);
        }
    });

    private static void Fill(SafetensorsFile file, string name, ScalarType stored, Tensor target)
    {
        using var guard = no_grad();
        using var outer = NewDisposeScope();
        var flat = target.flatten();
        var direct = stored == target.dtype && target.device_type == DeviceType.CPU;
        var size = stored.ElementSize();
        file.ReadPieces(name, (offset, bytes) =>
        {
            var step = direct ? bytes.Length : (int)(StagingElements * size);
            for (var start = 0; start < bytes.Length; start += step)
            {
                using var scope = NewDisposeScope();
                var source = bytes[start..Math.Min(bytes.Length, start + step)];
                var part = flat.narrow(0, (offset + start) / size, source.Length / size);
                var piece = direct ? part : empty([source.Length / size], stored, CPU);
                source.CopyTo(piece.bytes);
                if (!direct) part.copy_(piece);
            }
        });
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
