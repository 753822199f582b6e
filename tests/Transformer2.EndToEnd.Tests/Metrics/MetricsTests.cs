using System.Text.Json;
using System.Text.RegularExpressions;
using Transformer2.V1;

namespace Transformer2.EndToEnd.Tests;

public sealed partial class MetricsTests(PlatformFixture platform)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_generation_shows_and_what_it_said_does_not()
    {
        using var tenant = await platform.NewTenantAsync();
        await tenant.UploadAsync("poet", 1);
        const string prompt = "a prompt that nobody else reads";
        var answer = await tenant.EventsAsync(new GenerateRequest { Prompt = prompt, Selection = Select.Expert("poet"), MaxTokens = 7 });
        var usage = answer[^1].Completed.Usage;

        var text = await ScrapeAsync();

        Assert.Equal(usage.PromptTokens, Value(text, "t2_prompt_tokens_total", tenant.Id, "poet"));
        Assert.Equal(usage.CompletionTokens, Value(text, "t2_generation_tokens_total", tenant.Id, "poet"));
        Assert.Contains("\nt2_time_to_first_token_seconds_bucket{", text, StringComparison.Ordinal);
        foreach (var secret in new[] { "nobody else", tenant.Key, tenant.Key.Split('_')[2], platform.Server.Credentials.AdminKey })
        {
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_page_about_metrics_names_those_that_there_are()
    {
        var exposed = Names(await AfterAnswersAsync());
        var page = await File.ReadAllTextAsync(Path.Combine(Programs.RepositoryRoot, "docs", "observability.md"), Token);
        var described = MetricName().Matches(page).Select(match => match.Value).ToHashSet();

        Assert.Empty(described.Where(name => name.StartsWith("t2_", StringComparison.Ordinal)).Except(exposed.Families.Union(exposed.Samples)));
        Assert.Empty(exposed.Families.Where(name => name.StartsWith("t2_", StringComparison.Ordinal)).Except(described));
    }

    [Theory]
    [InlineData("engine.json", 10)]
    [InlineData("dispatch.json", 6)]
    public async Task The_dashboards_ask_for_metrics_that_there_are(string file, int least)
    {
        var exposed = Names(await AfterAnswersAsync());
        using var dashboard = JsonDocument.Parse(
            await File.ReadAllBytesAsync(Path.Combine(Programs.RepositoryRoot, "infra", "dashboards", file), Token));
        var queries = Strings(dashboard.RootElement, "expr").ToArray();

        Assert.True(queries.Length >= least);
        Assert.All(queries, query =>
        {
            var names = MetricName().Matches(query).Select(match => match.Value).ToArray();
            Assert.NotEmpty(names);
            Assert.Subset(exposed.Samples, names.ToHashSet());
        });
    }

    // What only shows once there was something to measure: two tokens, a cached prefix's look-up, a choice of the platform, and a guess about the next one.
    private async Task<string> AfterAnswersAsync()
    {
        using var tenant = await platform.NewTenantAsync();
        await tenant.AnswerAsync("once upon a time", maxTokens: 3);
        await tenant.AnswerAsync("once upon a time", Select.Auto, maxTokens: 1);
        await tenant.AnswerAsync("once upon another time", Select.Auto, maxTokens: 1);
        return await ScrapeAsync();
    }

    private async Task<string> ScrapeAsync()
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri(platform.Server.Http, "metrics"), Token);
    }

    private static double Value(string text, string name, string tenant, string expert) =>
        double.Parse(
            text.Split('\n').Single(line =>
                line.StartsWith($"{name}{{", StringComparison.Ordinal)
                && line.Contains($"tenant=\"{tenant}\"", StringComparison.Ordinal)
                && line.Contains($"expert=\"{expert}\"", StringComparison.Ordinal)).Split("} ")[1].Split(' ')[0],
            System.Globalization.CultureInfo.InvariantCulture);

    private static (HashSet<string> Families, HashSet<string> Samples) Names(string text)
    {
        var lines = text.Split('\n');
        return (
            [.. lines.Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2])],
            [.. lines.Where(line => !line.StartsWith('#')).Select(line => line.Split('{', ' ')[0])]);
    }

    private static IEnumerable<string> Strings(JsonElement element, string property) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member =>
            member.Name == property && member.Value.ValueKind == JsonValueKind.String ? [member.Value.GetString()!] : Strings(member.Value, property)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Strings(item, property)),
        _ => [],
    };

    [GeneratedRegex(@"\b(t2|http_server|dotnet)_[a-z0-9_]+")]
    private static partial Regex MetricName();
}
