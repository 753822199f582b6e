using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace Transformer2.Hosting;

/// <summary>How a server runs. Section <c>T2</c>: environment variables <c>T2__Name</c>, or arguments <c>--T2:Name=value</c>.</summary>
public sealed class PlatformOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "T2";

    /// <summary>Everything that the server keeps lies below this directory. One server at a time may use it.</summary>
    [Required(AllowEmptyStrings = false)]
    public string DataDirectory { get; set; } = ".t2";

    /// <summary>The base model in Hugging Face's layout; empty for the bundled one.</summary>
    public string ModelDirectory { get; set; } = "";

    /// <summary>The address to listen on: an IP address, <c>localhost</c>, or <c>*</c> for all.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Bind { get; set; } = "127.0.0.1";

    /// <summary>Port of HTTP/1.1; 0 chooses a free one.</summary>
    [Range(0, IPEndPoint.MaxPort)]
    public int HttpPort { get; set; } = 8080;

    /// <summary>Port of gRPC (HTTP/2 without TLS); 0 chooses a free one.</summary>
    [Range(0, IPEndPoint.MaxPort)]
    public int GrpcPort { get; set; } = 8081;

    /// <summary>Port on loopback by which silos talk to each other; 0 chooses a free one.</summary>
    [Range(0, IPEndPoint.MaxPort)]
    public int SiloPort { get; set; }

    /// <summary>Longest time that running generations have when the server is asked to stop, in seconds.</summary>
    [Range(0, 3600)]
    public int ShutdownSeconds { get; set; } = 30;

    /// <summary>Whether <c>/metrics</c> on the HTTP port shows what the server measures, to whoever reaches the port.</summary>
    public bool Metrics { get; set; } = true;

    /// <summary><see cref="Bind"/> as an address.</summary>
    /// <exception cref="StartupException">It is none.</exception>
    public IPAddress Address => Bind switch
    {
        "*" => IPAddress.Any,
        "localhost" => IPAddress.Loopback,
        _ => IPAddress.TryParse(Bind, out var address)
            ? address
            : throw new StartupException($"T2__Bind is '{Bind}', which is no IP address."),
    };
}

/// <summary>Checks <see cref="PlatformOptions"/> by its annotations.</summary>
[OptionsValidator]
public sealed partial class PlatformOptionsValidator : IValidateOptions<PlatformOptions>;
