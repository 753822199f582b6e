using System.Globalization;
using Transformer2.TestKit;
using Transformer2.V1;

namespace Transformer2.EndToEnd.Tests;

/// <summary>What a new user gets: the bundled model with its experts, for the demo tenant.</summary>
public sealed class BundledModelTests
{
    private const int Questions = 40;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // The phrasings that the corpus is unreliable about: there the experts' gain is.
    private static readonly Dictionary<string, (Func<Random, string> Prompt, Func<string, string> Answer)> Tasks = new()
    {
        ["math"] = (
            random => $"find the sum of {random.Next(1, 31)} and {random.Next(1, 31)}.",
            prompt => $"= {prompt.TrimEnd('.').Split(' ').Where(word => word.All(char.IsAsciiDigit)).Sum(int.Parse)}"),
        ["code"] = (
            random => $"find the value of '{new string([.. Enumerable.Range('a', 26).Select(letter => (char)letter).OrderBy(_ => random.Next()).Take(3)])}'[::-1].",
            prompt => $">>> {new string([.. prompt.Split('\'')[1].Reverse()])}"),
        ["reasoning"] = (
            random => string.Format(
                CultureInfo.InvariantCulture, "find the tallest: {0} is taller than {1}. {1} is taller than {2}.", Pick(random, 3, "tom", "bob", "sue", "ann", "max")),
            prompt => $"so: {prompt.Split(' ')[3]}"),
        ["other"] = (
            random => $"tell me of the {Pick(random, 1, "big", "small", "old", "new", "clean")[0]} {Pick(random, 1, "cat", "dog", "horse", "cow", "pig")[0]}.",
            prompt => prompt.TrimEnd('.').Split(' ') is [.., var adjective, var noun] ? $"- the {noun} is an animal and it is {adjective}" : ""),
        ["classifier"] = (
            random => $"classify: find the value of {random.Next(2, 7)} * {random.Next(2, 7)} + {random.Next(1, 10)}.",
            _ => "code"),
    };

    [Fact]
    public async Task The_demo_tenant_has_experts_that_answer_their_category_better_than_the_base()
    {
        BundledModel.SkipWithout();
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(folder.File("data"), modelDirectory: null);
        using var client = server.Client();
        Assert.Equal(
            Tasks.Keys.Order(StringComparer.Ordinal),
            (await client.Experts.ListAsync(cancellationToken: Token).ToListAsync(Token)).Select(expert => expert.ExpertId));

        foreach (var (category, (prompt, answer)) in Tasks)
        {
            var random = new Random(11);
            string[] prompts = [.. Enumerable.Range(0, Questions).Select(_ => prompt(random))];
            var right = new Dictionary<string, int>();
            foreach (var (name, selection) in new[] { ("base", Select.Base), ("expert", Select.Expert(category)) })
            {
                var answers = await Task.WhenAll(prompts.Select(text => AskAsync(text, selection)));
                right[name] = answers.Zip(prompts).Count(pair => pair.First == answer(pair.Second));
            }

            Assert.True(
                right["expert"] >= right["base"] + (Questions / 10), $"{category}: {right["base"]} of {Questions} without, {right["expert"]} with its expert.");
        }

        async Task<string> AskAsync(string text, ExpertSelection selection)
        {
            var events = await client.GenerateAsync(
                new GenerateRequest
                {
                    Messages = new ChatMessages { Messages = { new ChatMessage { Role = "user", Content = text } } },
                    Selection = selection,
                    MaxTokens = 32,
                },
                Token).ToListAsync(Token);
            return string.Concat(events.Select(message => message.Delta?.Text));
        }
    }

    private static string[] Pick(Random random, int count, params string[] words) => [.. words.OrderBy(_ => random.Next()).Take(count)];
}
