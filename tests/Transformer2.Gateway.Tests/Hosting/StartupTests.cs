using System.Net;
using System.Net.Sockets;
using Transformer2.Grains.Inference;
using Transformer2.Hosting;

namespace Transformer2.Gateway.Tests;

public class StartupTests(PlatformFixture fixture)
{
    [Fact]
    public void A_data_directory_serves_one_server_at_a_time()
    {
        var refusal = Refused($"--T2:DataDirectory={fixture.Platform.DataPath}");

        Assert.Contains("in use by another server", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_taken_port_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        Assert.Contains($"Port {port} on 127.0.0.1", Refused($"--T2:GrpcPort={port}"), StringComparison.Ordinal);
        Assert.Contains("T2__HttpPort", Refused($"--T2:HttpPort={port}"), StringComparison.Ordinal);
        Assert.Contains("T2__SiloPort", Refused($"--T2:SiloPort={port}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--T2:ModelDirectory=/nowhere", "T2__ModelDirectory")]
    [InlineData("--T2:Bind=example.org", "T2__Bind")]
    [InlineData("--T2:Bind=192.0.2.1", "192.0.2.1")]
    [InlineData("--T2:GrpcPort=70000", "GrpcPort")]
    [InlineData("--T2:GrpcPort=many", "GrpcPort")]
    [InlineData("--T2:Limits:MaxTenants=0", "MaxTenants")]
    [InlineData("--T2:Limits:OrphanAge=-1:00:00", "OrphanAge")]
    [InlineData("--T2:Uploads:MaxConcurrent=many", "MaxConcurrent")]
    [InlineData("--T2:Uploads:IdleTimeout=00:00:00", "IdleTimeout")]
    public void A_setting_that_makes_no_sense_is_named(string argument, string name) =>
        Assert.Contains(name, Refused(argument), StringComparison.Ordinal);

    [Fact]
    public async Task A_refused_start_ends_with_status_2()
    {
        string[] arguments = [.. TestPlatform.Arguments(fixture.Platform.Directory), "--T2:ModelDirectory=/nowhere"];

        Assert.Equal(2, await PlatformHost.RunAsync(arguments, (_, _) => { }));
    }

    [Fact]
    public async Task A_node_that_makes_no_sense_is_refused_before_its_model_is_loaded()
    {
        var directory = TestPlatform.NewDirectory();
        string[] arguments = [.. TestPlatform.Arguments(directory), "--T2:Node:ExpertCacheBytes=-1"];

        Assert.Equal(2, await PlatformHost.RunAsync(
            arguments, (silo, _) => silo.AddInferenceNode((_, _) => throw new InvalidOperationException("The model was loaded."))));

        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task The_first_words_hold_addresses_credentials_and_a_command()
    {
        using var output = new StringWriter();

        await Banner.Write(fixture.Platform.App, output);

        var text = output.ToString();
        Assert.Contains($"http://127.0.0.1:{fixture.Platform.GrpcAddress.Port} ", text, StringComparison.Ordinal);
        Assert.Contains($"http://127.0.0.1:{fixture.Platform.HttpAddress.Port} ", text, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(fixture.Platform.DataPath, "dev-credentials.json"), text, StringComparison.Ordinal);
        Assert.Contains(
            $"T2__DataDirectory='{fixture.Platform.DataPath}' dotnet run --project src/Transformer2.Cli -- "
            + $"--server http://127.0.0.1:{fixture.Platform.GrpcAddress.Port} generate --expert math",
            text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void One_port_for_both_protocols_is_refused() =>
        Assert.Contains("T2__GrpcPort", Refused("--T2:HttpPort=18181", "--T2:GrpcPort=18181"), StringComparison.Ordinal);

    private static string Refused(params string[] changed)
    {
        var directory = TestPlatform.NewDirectory();
        try
        {
            var exception = Assert.Throws<StartupException>(
                () => PlatformHost.Create([.. TestPlatform.Arguments(directory), .. changed], (_, _) => { }));
            Assert.DoesNotContain('\n', exception.Message);
            return exception.Message;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
