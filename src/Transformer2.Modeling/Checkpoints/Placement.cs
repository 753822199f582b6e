using TorchSharp;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Checkpoints;

/// <summary>
/// Where a model computes and in which number type: the one place in which both are decided. Everything that a model allocates afterwards
/// follows its weights.
/// </summary>
/// <param name="DType">The number type asked for, or null to choose by device.</param>
/// <param name="Device">The device.</param>
public sealed record Placement(ScalarType? DType, Device Device)
{
    /// <summary>The words for number types.</summary>
    public const string DTypeNames = "auto|float32|float16|bfloat16";

    /// <summary>The words for devices.</summary>
    public const string DeviceNames = "cpu|cuda|cuda:N";

    /// <summary>Float32 on the CPU.</summary>
    public static Placement Default { get; } = new(null, CPU);

    /// <summary>Reads the words of an option.</summary>
    /// <param name="dtype"><see cref="DTypeNames"/>; null is <c>auto</c>.</param>
    /// <param name="device"><see cref="DeviceNames"/>; null is <c>cpu</c>.</param>
    /// <exception cref="PlacementException">Another word, or a device that is not here.</exception>
    public static Placement Parse(string? dtype, string? device) => new(
        dtype switch
        {
            null or "auto" => null,
            "float32" => ScalarType.Float32,
            "float16" => ScalarType.Float16,
            "bfloat16" => ScalarType.BFloat16,
            _ => throw new PlacementException($"The number type '{dtype}' is not one of {DTypeNames}."),
        },
        device switch
        {
            null or "cpu" => CPU,
            "cuda" => Cuda(0),
            _ when device.StartsWith("cuda:", StringComparison.Ordinal) && byte.TryParse(device.AsSpan(5), System.Globalization.NumberStyles.None, null, out var index) => Cuda(index),
            _ => throw new PlacementException($"The device '{device}' is not one of {DeviceNames}."),
        });

    /// <summary>The number type to compute in: what was asked for; else float32 on the CPU, and the checkpoint's own on an accelerator.</summary>
    public ScalarType DTypeFor(ModelFolder folder) =>
        DType ?? (Device.type == DeviceType.CPU ? ScalarType.Float32 : folder.StoredDType);

    private static Device Cuda(int index)
    {
        if (!cuda.is_available()) throw new PlacementException("There is no CUDA device, or this build has no CUDA (-p:TorchBackend=cuda).");
        var count = cuda.device_count();
        return index < count
            ? new Device(DeviceType.CUDA, index)
            : throw new PlacementException($"There is no device cuda:{index}; this machine has {count}.");
    }
}

/// <summary>A number type or device that does not exist here.</summary>
public sealed class PlacementException(string message) : Exception(message);
