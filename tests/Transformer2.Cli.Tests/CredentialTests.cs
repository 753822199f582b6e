using Transformer2.TestKit;

namespace Transformer2.Cli.Tests;

/// <summary>Which key a command sends.</summary>
public sealed class CredentialTests
{
    private const string Credentials = """{"tenant":"demo","tenantKey":"t2_demo","adminKey":"t2_admin"}""";

    [Theory]
    [InlineData("expert list", "Bearer t2_demo")]
    [InlineData("model show", "Bearer t2_demo")]
    [InlineData("tenant list", "Bearer t2_admin")]
    [InlineData("key list acme", "Bearer t2_admin")]
    [InlineData("expert list --key t2_other", "Bearer t2_other")]
    public async Task The_development_keys_are_found_below_the_current_directory(string line, string authorization)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File(".t2"));
        await File.WriteAllTextAsync(folder.File(".t2/dev-credentials.json"), Credentials, TestContext.Current.CancellationToken);
        await using var platform = await FakePlatform.StartAsync();

        var run = await CliRun.With(
            new Dictionary<string, string> { ["T2_SERVER"] = platform.Address }, line.Split(' '), directory: folder.Path);

        Assert.Equal((0, authorization), (run.ExitCode, platform.Authorization));
    }

    [Fact]
    public async Task The_data_directory_may_be_elsewhere_and_the_environment_goes_before_it()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("dev-credentials.json"), Credentials, TestContext.Current.CancellationToken);
        await using var platform = await FakePlatform.StartAsync();
        var environment = new Dictionary<string, string> { ["T2_SERVER"] = platform.Address, ["T2__DataDirectory"] = folder.Path };

        await CliRun.With(environment, ["expert", "list"]);
        Assert.Equal("Bearer t2_demo", platform.Authorization);

        await CliRun.With(new Dictionary<string, string>(environment) { ["T2_API_KEY"] = "t2_named" }, ["expert", "list"]);
        Assert.Equal("Bearer t2_named", platform.Authorization);
    }

    [Fact]
    public async Task Without_any_key_none_is_sent_and_it_is_said_so()
    {
        using var folder = new TemporaryFolder();
        await using var platform = await FakePlatform.StartAsync();

        var run = await CliRun.With(
            new Dictionary<string, string> { ["T2_SERVER"] = platform.Address }, ["expert", "list"], directory: folder.Path);

        Assert.Null(platform.Authorization);
        Assert.Contains("T2_API_KEY", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"tenantKey":7}""")]
    public async Task A_credentials_file_of_another_form_is_said_so(string content)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("dev-credentials.json"), content, TestContext.Current.CancellationToken);

        var run = await CliRun.With(new Dictionary<string, string> { ["T2__DataDirectory"] = folder.Path }, ["expert", "list"]);

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("dev-credentials.json", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_cannot_be_a_header_is_a_usage_error()
    {
        var run = await CliRun.Async("expert", "list", "--key", "two\nlines");

        Assert.Equal(2, run.ExitCode);
        Assert.DoesNotContain("lines", run.Error, StringComparison.Ordinal);
    }
}
