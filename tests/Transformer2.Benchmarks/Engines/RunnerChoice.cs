using Transformer2.Engine;

namespace Transformer2.Benchmarks;

/// <summary>The one place that knows how the engine is asked for a model runner and a precision.</summary>
internal static class RunnerChoice
{
    /// <summary>Options for the engine in this process.</summary>
    public static EngineOptions Apply(EngineOptions options, string runner, Precision precision) => options with
    {
        Runner = runner,
        DType = DType(precision),
        Quantization = precision == Precision.Int8 ? "int8" : "none",
    };

    /// <summary>The same as settings of a server.</summary>
    public static IEnumerable<(string Name, string Value)> Settings(string runner, Precision precision)
    {
        yield return ("Engine__DType", DType(precision));
        yield return ("Engine__Runner", runner);
        if (precision == Precision.Int8) yield return ("Engine__Quantization", "int8");
    }

    private static string DType(Precision precision) => precision == Precision.BF16 ? "bfloat16" : "float32";
}
