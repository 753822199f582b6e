using Microsoft.Extensions.Logging;
using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using static TorchSharp.torch;

namespace Transformer2.Engine;

/// <summary>Which model runner serves: the one place where that is decided.</summary>
internal static class RunnerChoice
{
    private const string Simd = "simd";
    private const string Auto = "auto";

    /// <exception cref="InvalidOperationException">What the options ask for is nothing that the runner can do.</exception>
    public static void Check(EngineOptions options, Placement placement, ScalarType dtype)
    {
        if (options.Runner == Simd && !CanBeSimd(placement, dtype))
            throw new InvalidOperationException($"the simd runner computes on the CPU, with weights in float32 or bfloat16: not {dtype} on {placement.Device.type}.");
        if (options.Quantization != "none" && !IsSimd(options, placement, dtype))
            throw new InvalidOperationException($"{nameof(EngineOptions.Quantization)} {options.Quantization} is for the simd runner only.");
        if (options.MergedExperts > 0 && !IsSimd(options, placement, dtype))
            throw new InvalidOperationException($"{nameof(EngineOptions.MergedExperts)} is for the simd runner only.");
    }

    /// <summary>Makes the runner, which takes over the model.</summary>
    public static IModelRunner Create(EngineOptions options, Decoder model, int blocks, ILogger logger) =>
        IsSimd(options, new Placement(null, model.Device), model.DType)
            ? new SimdModelRunner(
                model, blocks, Scheduler.BlockTokens, options.Threads ?? Environment.ProcessorCount, options.Quantization == "int8", options.SparseExperts,
                planner: null, (long)options.MergedExperts << 20, logger)
            : new TorchModelRunner(model, blocks, Scheduler.BlockTokens);

    private static bool IsSimd(EngineOptions options, Placement placement, ScalarType dtype) =>
        options.Runner == Simd || (options.Runner == Auto && CanBeSimd(placement, dtype));

    private static bool CanBeSimd(Placement placement, ScalarType dtype) =>
        placement.Device.type is DeviceType.CPU && dtype is ScalarType.Float32 or ScalarType.BFloat16;
}
