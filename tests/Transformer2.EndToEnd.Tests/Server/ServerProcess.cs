using System.Diagnostics;
using System.Text.RegularExpressions;
using Grpc.Net.Client;
using Transformer2.Client;

namespace Transformer2.EndToEnd.Tests;

/// <summary>A real server in a process of its own, on free ports.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly List<string> _log = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(ProcessStartInfo start, string dataDirectory)
    {
        DataDirectory = dataDirectory;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => _ready.TrySetResult();
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where it keeps its data.</summary>
    public string DataDirectory { get; }

    /// <summary>The gRPC address that it has printed.</summary>
    public Uri Grpc { get; private set; } = null!;

    /// <summary>The HTTP address that it has printed.</summary>
    public Uri Http { get; private set; } = null!;

    /// <summary>Everything that it has printed.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return string.Join('\n', _log);
            }
        }
    }

    /// <summary>The keys that it has written.</summary>
    public DevCredentials Credentials => DevCredentials.Read(DataDirectory);

    /// <summary>Starts a server and waits until it says that it is ready.</summary>
    /// <param name="dataDirectory">Where it keeps its data.</param>
    /// <param name="modelDirectory">Its base model; null for the bundled one.</param>
    /// <param name="settings">Further settings, by their names without <c>T2__</c>.</param>
    public static async Task<ServerProcess> StartAsync(
        string dataDirectory, string? modelDirectory, params (string Name, string Value)[] settings)
    {
        var server = Launch(dataDirectory, modelDirectory, settings);
        try
        {
            await server._ready.Task.WaitAsync(StartTimeout);
            return server.Grpc is not null ? server : throw new InvalidOperationException($"The server did not start:\n{server.Log}");
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a server that is expected to refuse, and waits for its end.</summary>
    public static async Task<(int ExitCode, string Log)> StartRefusedAsync(string dataDirectory, string? modelDirectory)
    {
        await using var server = Launch(dataDirectory, modelDirectory, []);
        await server._process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(StartTimeout);
        return (server._process.ExitCode, server.Log);
    }

    /// <summary>A client with the demo tenant's key, or another.</summary>
    public Transformer2Client Client(string? key = null) =>
        new(new Transformer2ClientOptions { Address = Grpc, ApiKey = key ?? Credentials.TenantKey });

    /// <summary>A client with the admin key.</summary>
    public Transformer2Client Admin() => Client(Credentials.AdminKey);

    /// <summary>A bare channel, for what the SDK never sends.</summary>
    public GrpcChannel Channel() => GrpcChannel.ForAddress(Grpc);

    /// <summary>Ends the process at once: kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Asks the process to end: SIGTERM.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Waits for the end.</summary>
    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static ServerProcess Launch(string dataDirectory, string? modelDirectory, (string Name, string Value)[] settings)
    {
        var start = Programs.Server();
        var environment = start.Environment;
        environment["DOTNET_ENVIRONMENT"] = "Development";
        environment["T2__DataDirectory"] = dataDirectory;
        environment["T2__HttpPort"] = "0";
        environment["T2__GrpcPort"] = "0";
        if (modelDirectory is not null)
        {
            environment["T2__ModelDirectory"] = modelDirectory;
        }

        foreach (var (name, value) in settings)
        {
            environment[$"T2__{name}"] = value;
        }

        return new ServerProcess(start, dataDirectory);
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_log)
        {
            _log.Add(line);
        }

        if (Address().Match(line) is not { Success: true } address)
        {
            return;
        }

        var uri = new Uri(address.Groups["uri"].Value);
        if (address.Groups["kind"].Value == "HTTP")
        {
            Http = uri;
        }
        else
        {
            Grpc = uri;
        }

        if (Http is not null && Grpc is not null)
        {
            _ready.TrySetResult();
        }
    }

    // The two lines of the closing summary: the server prints them when it serves.
    [GeneratedRegex(@"^\s+(?<kind>gRPC|HTTP)\s+(?<uri>http://\S+)")]
    private static partial Regex Address();
}
