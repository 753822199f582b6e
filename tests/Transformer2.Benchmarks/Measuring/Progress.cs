namespace Transformer2.Benchmarks;

/// <summary>Says on the error stream what is being done, so that the output stays what was measured.</summary>
internal static class Progress
{
    /// <summary>One line.</summary>
    public static void Say(string text) => Console.Error.WriteLine(text);
}
