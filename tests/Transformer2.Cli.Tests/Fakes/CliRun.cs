using System.Text.Json;

namespace Transformer2.Cli.Tests;

/// <summary>One run of the command line inside the test's process.</summary>
internal sealed record CliRun(int ExitCode, string Output, string Error)
{
    /// <summary>The output as one JSON document.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>Runs a command with no environment of its own.</summary>
    public static Task<CliRun> Async(params string[] args) => With(new Dictionary<string, string>(), args);

    /// <summary>Runs a command against a server, with a key.</summary>
    public static Task<CliRun> On(FakePlatform platform, params string[] args) => On(platform, TestContext.Current.CancellationToken, args);

    /// <summary>The same until it is interrupted.</summary>
    public static Task<CliRun> On(FakePlatform platform, CancellationToken cancellationToken, params string[] args) => With(
        new Dictionary<string, string> { ["T2_SERVER"] = platform.Address, ["T2_API_KEY"] = "t2_test" }, args, cancellationToken: cancellationToken);

    /// <summary>Runs a command.</summary>
    public static async Task<CliRun> With(
        IReadOnlyDictionary<string, string> environment, string[] args, string input = "", string? directory = null, CancellationToken? cancellationToken = null)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var host = new CliHost(
            new StringReader(input),
            output,
            error,
            environment.GetValueOrDefault,
            directory ?? Path.GetTempPath(),
            LiveError: false,
            TimeProvider.System);
        var code = await T2.RunAsync(args, host, cancellationToken ?? TestContext.Current.CancellationToken);
        return new CliRun(code, output.ToString(), error.ToString());
    }
}
