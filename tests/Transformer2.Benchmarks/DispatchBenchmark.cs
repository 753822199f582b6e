using System.CommandLine;
using System.Diagnostics;
using Transformer2.Client;
using Transformer2.Training.Corpus;
using Transformer2.V1;

namespace Transformer2.Benchmarks;

/// <summary><c>dispatch</c>: what it costs that the platform chooses the expert, through the gRPC API.</summary>
internal static class DispatchBenchmark
{
    private const string Expert = "math";
    private const string Explicit = "explicit";
    private const string ExplicitAgain = "explicit, same prompt";
    private const string Memoized = "auto, same prompt (remembered)";
    private const int AnswerTokens = 4;

    private static readonly Option<int> Requests = new("--requests") { Description = "Requests per figure and round", DefaultValueFactory = _ => 40 };
    private static readonly Option<int> Rate = new("--rate") { Description = "Choices per second, without the model", DefaultValueFactory = _ => 50 };
    private static readonly Option<int> Seconds = new("--seconds") { Description = "How long choices are measured at that rate", DefaultValueFactory = _ => 10 };

    private static readonly string[] Strategies = ["prompt", "classifier"];

    public static Command Command() =>
        new Verb("dispatch", "Median time to the first token over gRPC: an expert that the request names, and one that the platform chooses; and choices without the model at a rate.")
        {
            Shapes = ["nano"],
            Rounds = 3,
        }.Command(RunAsync, Requests, Rate, Seconds);

    private static async Task RunAsync(Settings settings, Report report)
    {
        using var server = await PlatformServer.StartAsync(settings, settings.Shape, settings.Precision, rows: 16);
        using var client = server.Client();
        await FirstTokensAsync(client, settings, report);
        foreach (var (name, selection) in ((string, ExpertSelection)[])[(Explicit, Named()), (Memoized, Auto(Strategies[0]))])
            await RateAsync(client, name, selection, settings, report);
    }

    private static async Task FirstTokensAsync(Transformer2Client client, Settings settings, Report report)
    {
        var requests = settings.Parsed.GetValue(Requests);
        // A family of the expert's category: the platform mostly chooses what the explicit requests name.
        var family = TaskFamilies.All.First(family => family.Category == Category.Math);
        var prompts = new Queue<string>(Splits.Questions(family, Split.Train, (settings.Rounds + 1) * requests * (1 + Strategies.Length), seed: 1)
            .Select(question => question.Item.Prompts[question.Phrasing]));
        var samples = new Samples();
        var same = 0;
        for (var round = 0; round <= settings.Rounds; round++)
        {
            var known = prompts.Peek();
            for (var request = 0; request < requests && prompts.Count > Strategies.Length; request++)
            {
                await AddAsync(Explicit, prompts.Dequeue(), Named());
                foreach (var strategy in Strategies) await AddAsync($"auto, {strategy}", prompts.Dequeue(), Auto(strategy));
                await AddAsync(ExplicitAgain, known, Named());
                await AddAsync(Memoized, known, Auto(Strategies[0]));
            }

            if (round > 0) Progress.Say($"  round {round}/{settings.Rounds}");

            async Task AddAsync(string name, string prompt, ExpertSelection selection)
            {
                var (milliseconds, dispatched) = await FirstTokenAsync(client, prompt, selection);
                if (round == 0) return;
                samples.Add(name, milliseconds);
                if (dispatched.Experts.Count == 1 && dispatched.Experts[0].Name.EndsWith($"/{Expert}", StringComparison.Ordinal)) same++;
                if (dispatched.Decision is { } decision) samples.Add((name, "pass 1"), decision.Elapsed.ToTimeSpan().TotalMilliseconds);
            }
        }

        foreach (var (name, reference) in ((string, string)[])[(Explicit, Explicit), .. Strategies.Select(strategy => ($"auto, {strategy}", Explicit)), (ExplicitAgain, ExplicitAgain), (Memoized, ExplicitAgain)])
        {
            report.Add(
                ("choice", name), ("p10 ms", samples.Percentile(name, 10)), ("median TTFT ms", samples.Median(name)), ("p99 ms", samples.Percentile(name, 99)),
                ("pass 1 ms", samples.Median((name, "pass 1"))), ("/ explicit", samples.Median(name) / samples.Median(reference)),
                ("/ explicit (p10)", samples.Percentile(name, 10) / samples.Percentile(reference, 10)), ("requests/s", null));
        }

        report.Note(
            $"{settings.Shape.Name} {settings.Precision}; one request at a time over gRPC, in turns, from the call to the first text; every prompt is new, but for the two lines that say so; {settings.Threads} threads. {same} answers were the expert's '{Expert}'.");
    }

    private static async Task RateAsync(Transformer2Client client, string name, ExpertSelection selection, Settings settings, Report report)
    {
        var (rate, seconds) = (settings.Parsed.GetValue(Rate), settings.Parsed.GetValue(Seconds));
        var request = new DispatchRequest { Selection = selection, Prompt = "what is 3 + 4?" };
        for (var warm = 0; warm < rate; warm++) await client.DispatchAsync(request);

        // At their times, whether earlier ones have come back or not; what waited for its turn here counts.
        var start = Stopwatch.GetTimestamp();
        var taken = await Task.WhenAll(Enumerable.Range(0, rate * seconds).Select(async place =>
        {
            var due = TimeSpan.FromSeconds((double)place / rate);
            while (Stopwatch.GetElapsedTime(start) < due) await Task.Delay(due - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } left ? left : TimeSpan.Zero);
            var sent = Stopwatch.GetTimestamp();
            await client.DispatchAsync(request);
            return Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
        }));
        var samples = new Samples();
        foreach (var one in taken) samples.Add(name, one);
        report.Add(
            ("choice", $"{name}, no answer"), ("p10 ms", samples.Percentile(name, 10)), ("median TTFT ms", samples.Median(name)), ("p99 ms", samples.Percentile(name, 99)),
            ("pass 1 ms", null), ("/ explicit", null), ("/ explicit (p10)", null), ("requests/s", rate));
    }

    private static async Task<(double Milliseconds, Dispatched Dispatched)> FirstTokenAsync(Transformer2Client client, string prompt, ExpertSelection selection)
    {
        var start = Stopwatch.GetTimestamp();
        double? first = null;
        var dispatched = new Dispatched();
        await foreach (var response in client.GenerateAsync(new GenerateRequest { Messages = Ask(prompt), Selection = selection, MaxTokens = AnswerTokens }))
        {
            if (response.Dispatched is { } choice) dispatched = choice;
            else first ??= Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        return (first!.Value, dispatched);
    }

    private static ChatMessages Ask(string prompt) => new() { Messages = { new ChatMessage { Role = "user", Content = prompt } } };

    private static ExpertSelection Named() => new() { Expert = new ExpertRef { Name = Expert } };

    private static ExpertSelection Auto(string strategy) => new() { Auto = new Auto { Policy = new DispatchPolicy { Strategy = strategy } } };
}
