using System.Diagnostics;

namespace Transformer2.Cli.Tests;

/// <summary>The program as a process of its own.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task Generating_loads_no_tensor_library_and_an_interrupt_ends_it_with_130()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc and kill.");
        await using var platform = await FakePlatform.StartAsync();
        platform.Generation.Holds = true;
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "t2.dll"), "generate", "hi"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["T2_SERVER"] = platform.Address, ["T2_API_KEY"] = "t2_test" },
        })!;
        var text = new char[5];
        await process.StandardOutput.ReadBlockAsync(text, TestContext.Current.CancellationToken);
        Assert.Equal("forty", text);

        var maps = await File.ReadAllTextAsync($"/proc/{process.Id}/maps", TestContext.Current.CancellationToken);
        Assert.Contains("System.CommandLine.dll", maps, StringComparison.Ordinal);
        Assert.DoesNotContain("torch", maps, StringComparison.OrdinalIgnoreCase);

        using var interrupt = Process.Start("kill", ["-INT", $"{process.Id}"]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("cancelled", await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await platform.Generation.Cancelled.WaitAsync(TestContext.Current.CancellationToken);
    }
}
