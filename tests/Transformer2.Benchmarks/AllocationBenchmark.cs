using System.CommandLine;

namespace Transformer2.Benchmarks;

/// <summary><c>allocation</c>: managed memory of a decode step, and the process's memory over many short requests.</summary>
internal static class AllocationBenchmark
{
    private const int Steps = 1000;
    private const int Parts = 5;

    private static readonly Option<int> Requests = new("--requests") { Description = "Short requests over which memory is looked at", DefaultValueFactory = _ => 5000 };

    public static Command Command() =>
        new Verb("allocation", "Managed bytes per decode step, collections in 1,000 steps, and resident memory over many short requests.")
        {
            Shapes = ["nano"],
            Batches = [1, 8],
        }.Command(RunAsync, Requests);

    private static async Task RunAsync(Settings settings, Report report)
    {
        var meter = new ModelThreadMeter();
        await using var engine = await EngineUnderTest.StartAsync(settings, settings.Shape, settings.Precision, settings.Batches.Max(), experts: true, time: meter);
        foreach (var batch in settings.Batches) await MeasureStepsAsync(engine, meter, batch, report);
        report.Note($"{settings.Shape.Name} {settings.Precision}; process: with what delivers and reads the answers.");
        await MeasureMemoryAsync(engine, settings.Batches.Max(), settings.Parsed.GetValue(Requests), report);
    }

    private static async Task MeasureStepsAsync(EngineUnderTest engine, ModelThreadMeter meter, int batch, Report report)
    {
        const int promptTokens = 16;
        var most = engine.Model.ContextLength - promptTokens - 1;
        var answers = (Steps + most - 1) / most;
        var tokens = (Steps + answers - 1) / answers;
        await engine.AnswerAllAsync(Prompts(), tokens);
        GC.Collect();
        var (thread, process, collections) = (meter.Bytes, GC.GetTotalAllocatedBytes(precise: true), GC.CollectionCount(0));
        for (var answer = 0; answer < answers; answer++) await engine.AnswerAllAsync(Prompts(), tokens);
        var steps = answers * tokens;
        report.Add(
            ("rows", batch), ("steps", steps), ("model thread bytes / step", (double)(meter.Bytes - thread) / steps),
            ("process bytes / step", (double)(GC.GetTotalAllocatedBytes(precise: true) - process) / steps), ("collections", GC.CollectionCount(0) - collections));

        IEnumerable<int[]> Prompts() => Enumerable.Range(0, batch).Select(row => engine.Prompt(row, promptTokens));
    }

    private static async Task MeasureMemoryAsync(EngineUnderTest engine, int rows, int requests, Report report)
    {
        var resident = new List<long>();
        for (var part = 0; part < Parts; part++)
        {
            foreach (var chunk in Enumerable.Range(part * requests / Parts, requests / Parts).Chunk(rows))
            {
                // New prompts and experts every time, so that whatever is kept per prompt or expert would show.
                await Task.WhenAll(chunk.Select(request => engine.AnswerAsync(
                    engine.Prompt(request, 24), 2, request % 2 == 0 ? null : RandomExperts.Dense(engine.Model.Layout, request))));
            }

            resident.Add(ProcessMemory.Resident() >> 20);
            Progress.Say($"  {(part + 1) * requests / Parts} requests: {resident[^1]} MiB");
        }

        report.Note($"Resident MiB after each fifth of {requests} short requests, half of them with an expert of their own: {string.Join(", ", resident)}.");
    }
}
