using System.CommandLine;
using Transformer2.Client;

namespace Transformer2.Cli;

/// <summary>The options that every command has, and what they lead to: a client and a printer.</summary>
internal sealed class GlobalOptions
{
    /// <summary>Names of the environment variables.</summary>
    public const string ServerVariable = "T2_SERVER", KeyVariable = "T2_API_KEY";

    private readonly Option<string> _server = new("--server")
    {
        Description = $"Address of the server's gRPC endpoint [environment: {ServerVariable}] [default: http://127.0.0.1:8081]",
        HelpName = "url",
        Recursive = true,
    };

    private readonly Option<string> _key = new("--key")
    {
        Description =
            $"API key [environment: {KeyVariable}] [default for a server on this machine: from {DevCredentials.FileName} in {DataDirectory.Variable} "
            + $"or {DataDirectory.Default}]",
        HelpName = "key",
        Recursive = true,
    };

    private readonly Option<OutputFormat> _format = new("--output-format")
    {
        Description = "text for people (default), json for programs: one document, or one line per event of a stream",
        Recursive = true,
    };

    public GlobalOptions(CliHost host)
    {
        Host = host;
        _format.HelpName = "text|json";
    }

    /// <summary>The process.</summary>
    public CliHost Host { get; }

    /// <summary>Makes the options known to all commands.</summary>
    public void AddTo(RootCommand root)
    {
        root.Add(_server);
        root.Add(_key);
        root.Add(_format);
    }

    /// <summary>Writes results in the format asked for.</summary>
    public Printer Printer(ParseResult parsed) => new(Host.Output, parsed.GetValue(_format));

    /// <summary>A client for the server and the key asked for.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="role">Which of the development keys to use when no key is given.</param>
    public Transformer2Client Connect(ParseResult parsed, KeyRole role)
    {
        var address = parsed.GetValue(_server) ?? Named(ServerVariable);
        if (!Uri.TryCreate(address ?? Transformer2ClientOptions.DefaultAddress.ToString(), UriKind.Absolute, out var server)
            || (server.Scheme != Uri.UriSchemeHttp && server.Scheme != Uri.UriSchemeHttps))
        {
            throw new UsageException($"'{address}' is not an address such as http://127.0.0.1:8081.");
        }

        // Development keys stay on this machine: they are for the server that wrote them.
        var key = parsed.GetValue(_key) ?? Named(KeyVariable) ?? (server.IsLoopback ? DevCredentials.Find(Host, role) : null);
        if (key is null)
        {
            Host.Error.WriteLine($"t2: no API key found: use --key, {KeyVariable}, or {DataDirectory.Variable} for the keys of a server on this machine");
        }

        return key is null || key.All(letter => letter is > ' ' and <= '~')
            ? new Transformer2Client(new Transformer2ClientOptions { Address = server, ApiKey = key })
            : throw new UsageException("The API key has characters that no key has.");
    }

    private string? Named(string variable) => Host.Environment(variable) is { Length: > 0 } value ? value : null;
}
