using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Transformer2.Benchmarks;

/// <summary>A llama-server in a process of its own.</summary>
internal sealed class PeerServer : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly HttpClient _http;
    private readonly List<string> _log = [];

    private PeerServer(ProcessStartInfo start, int port)
    {
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = Timeout.InfiniteTimeSpan };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Starts a server and waits until it has loaded the model.</summary>
    /// <param name="peer">Its programs.</param>
    /// <param name="model">A GGUF file.</param>
    /// <param name="rows">Requests at once.</param>
    /// <param name="rowTokens">Tokens of prompt and answer that each may have.</param>
    /// <param name="threads">Threads that it computes with.</param>
    /// <param name="more">Further arguments.</param>
    public static async Task<PeerServer> StartAsync(PeerPrograms peer, string model, int rows, int rowTokens, int threads, params IEnumerable<string> more)
    {
        var port = FreePort();
        string[] arguments =
        [
            "-m", model, "--host", "127.0.0.1", "--port", Text(port), "-np", Text(rows), "-c", Text(rows * rowTokens), "-t", Text(threads), "-tb", Text(threads), .. more,
        ];
        var server = new PeerServer(new ProcessStartInfo(peer["llama-server"], arguments) { RedirectStandardOutput = true, RedirectStandardError = true }, port);
        try
        {
            await server.WaitAsync();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Answers a prompt greedily with exactly so many tokens.</summary>
    /// <param name="prompt">Token ids.</param>
    /// <param name="tokens">Length of the answer.</param>
    /// <param name="adapter">Index of the only LoRA adapter that applies, or null.</param>
    public async Task<int[]> AnswerAsync(int[] prompt, int tokens, int? adapter = null)
    {
        var request = new Dictionary<string, object>
        {
            ["prompt"] = prompt,
            ["n_predict"] = tokens,
            ["temperature"] = 0,
            ["samplers"] = new[] { "temperature" },
            ["ignore_eos"] = true,
            ["cache_prompt"] = false,
            ["return_tokens"] = true,
            // Said in any case: without the field all adapters apply at once, which aborts it.
            ["lora"] = adapter is { } id ? new[] { new { id, scale = 1.0 } } : [],
        };
        try
        {
            using var response = await _http.PostAsJsonAsync("completion", request);
            var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
            return answer.TryGetProperty("tokens", out var ids)
                ? [.. ids.EnumerateArray().Select(token => token.GetInt32())]
                : throw new InvalidOperationException($"llama-server answered {answer}");
        }
        catch (HttpRequestException e)
        {
            throw new InvalidOperationException($"llama-server broke off:\n{LastLines()}", e);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        _http.Dispose();
    }

    private async Task WaitAsync()
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < StartTimeout && !_process.HasExited; await Task.Delay(100))
        {
            try
            {
                using var response = await _http.GetAsync("health");
                if (response.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
        }

        throw new InvalidOperationException($"llama-server did not start:\n{LastLines()}");
    }

    private string LastLines()
    {
        const int lines = 20;
        lock (_log) return string.Join('\n', _log.TakeLast(lines));
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_log) _log.Add(line);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
