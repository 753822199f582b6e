using System.CommandLine;
using System.Diagnostics;

namespace Transformer2.Benchmarks;

/// <summary>A foreign process that keeps one core busy, as long as this object lives.</summary>
internal sealed class BusyProcess : IDisposable
{
    private const string Name = "spin";

    private readonly Process _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [Name]) { RedirectStandardInput = true })!;

    /// <summary>The hidden command that it runs.</summary>
    public static Command Command()
    {
        var command = new Command(Name) { Hidden = true };
        command.SetAction(_ =>
        {
            new Thread(() => { while (true) Thread.SpinWait(1000); }) { IsBackground = true }.Start();
            // Ends with the process that started it, however that one ends.
            Console.In.ReadToEnd();
        });
        return command;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
