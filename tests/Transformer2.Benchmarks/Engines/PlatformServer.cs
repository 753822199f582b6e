using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Transformer2.Client;

namespace Transformer2.Benchmarks;

/// <summary>Our server in a process of its own, with a data directory of its own.</summary>
internal sealed partial class PlatformServer : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(10); // a decomposition may have to be computed

    private readonly DirectoryInfo _data;
    private readonly Process _process;
    private readonly List<string> _log = [];
    private readonly TaskCompletionSource<Uri?> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PlatformServer(ProcessStartInfo start, DirectoryInfo data)
    {
        _data = data;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => _address.TrySetResult(null);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Starts a server and waits until it serves.</summary>
    public static async Task<PlatformServer> StartAsync(Settings settings, ModelShape shape, Precision precision, int rows)
    {
        var data = Directory.CreateTempSubdirectory("t2-benchmark-data-");
        var start = new ProcessStartInfo("dotnet", [Repository.Server]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // The settings of whoever runs the benchmark are not the server's.
        foreach (var variable in start.Environment.Keys.Where(key => key.StartsWith("T2_", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(variable);
        (string Name, string Value)[] all =
        [
            ("DataDirectory", data.FullName),
            ("ModelDirectory", settings.Models.Folder(shape, precision)),
            ("HttpPort", "0"),
            ("GrpcPort", "0"),
            ("Engine__MaxSequences", $"{rows}"),
            ("Engine__Threads", $"{settings.Threads}"),
            ("Engine__DecompositionCacheDirectory", settings.Models.Decompositions),
            .. RunnerChoice.Settings(settings.Runner, precision),
        ];
        foreach (var (name, value) in all) start.Environment[$"T2__{name}"] = value;

        Progress.Say($"starting the server with {shape.Name} {precision}");
        var server = new PlatformServer(start, data);
        try
        {
            if (await server._address.Task.WaitAsync(StartTimeout) is not null) return server;
            lock (server._log) throw new InvalidOperationException($"The server did not start:\n{string.Join('\n', server._log)}");
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>A client with the demo tenant's key.</summary>
    public Transformer2Client Client()
    {
        using var credentials = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_data.FullName, "dev-credentials.json")));
        return new Transformer2Client(new()
        {
            Address = _address.Task.Result!,
            ApiKey = credentials.RootElement.GetProperty("tenantKey").GetString(),
        });
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
        _data.Delete(recursive: true);
    }

    private void Read(string? line)
    {
        if (line is null) return;
        lock (_log) _log.Add(line);
        if (Address().Match(line) is { Success: true } match) _address.TrySetResult(new Uri(match.Groups["uri"].Value));
    }

    // A line of what the server prints when it serves.
    [GeneratedRegex(@"^\s+gRPC\s+(?<uri>http://\S+)")]
    private static partial Regex Address();
}
