using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;

namespace Transformer2.Benchmarks;

/// <summary>Runs one measurement in a fresh process, so that it neither inherits memory nor leaves any.</summary>
internal static class ChildProcess
{
    private const string Name = "once";

    /// <summary>The hidden command that a child runs.</summary>
    /// <param name="measurements">What a child can measure; its first argument is the method's type without <c>Benchmark</c>.</param>
    public static Command Command(params Func<string[], Measurement>[] measurements)
    {
        var arguments = new Argument<string[]>("arguments");
        var command = new Command(Name) { arguments };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            var (kind, rest) = (parsed.GetValue(arguments)![0], parsed.GetValue(arguments)![1..]);
            var measured = measurements.Single(measurement => measurement.Method.DeclaringType!.Name == kind)(rest);
            Console.Out.WriteLine(JsonSerializer.Serialize(measured));
        });
        return command;
    }

    /// <summary>Measures several times and gives the typical result.</summary>
    public static Measurement Measure(int runs, string kind, params string[] arguments) =>
        Measurement.Typical([.. Enumerable.Range(0, runs).Select(_ => Run(kind, arguments))]);

    private static Measurement Run(string kind, string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Name, kind, .. arguments]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<Measurement>(output)!
            : throw new InvalidOperationException($"The measurement ended with {process.ExitCode}.");
    }
}
