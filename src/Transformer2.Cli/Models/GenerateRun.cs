using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Transformer2.Engine;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Tokenization;

namespace Transformer2.Cli;

/// <summary>The answers, in the order of the prompts; several answers to one prompt follow each other.</summary>
internal sealed record GenerateResult(IReadOnlyList<GeneratedRow> Rows);

/// <summary>One answer.</summary>
/// <param name="Ids">Its tokens, without the one that ended it.</param>
/// <param name="Text">The same as text; null when the model has no tokenizer.</param>
/// <param name="FinishReason">Why it ended: <c>stop</c> or <c>length</c>.</param>
/// <param name="Logprobs">One for each token where they were asked for.</param>
internal sealed record GeneratedRow(IReadOnlyList<int> Ids, string? Text, string FinishReason, IReadOnlyList<TokenLogprobs>? Logprobs);

/// <summary>What an answer is: how many, how long, what ends it, and what is reported of its tokens.</summary>
internal sealed record AnswerOptions(int Answers, int MaxTokens, int MinTokens, IReadOnlyList<string> Stop, int Logprobs);

/// <summary>Generation with a local model by the engine that serves: all prompts in one batch.</summary>
internal sealed record GenerateRun
{
    private const int MaxSequences = 16;

    public required string Model { get; init; }

    public required IReadOnlyList<Prompt> Prompts { get; init; }

    public required IReadOnlyList<ExpertArgument> Experts { get; init; }

    public required AnswerOptions Answer { get; init; }

    /// <summary>Most tokens of prompt and answer together; null is what the model was made for.</summary>
    public int? ContextLength { get; init; }

    public required bool IgnoreEndOfAnswer { get; init; }

    public required SamplingOptions Sampling { get; init; }

    public required string DType { get; init; }

    public required string Device { get; init; }

    /// <summary>Prompts of a file of token ids.</summary>
    /// <exception cref="InputException">Not such a file.</exception>
    public static async Task<IReadOnlyList<Prompt>> TokensAsync(string path, CancellationToken cancellationToken)
    {
        var file = await TokenFile.ReadAsync(path, rowsOfOneLength: false, cancellationToken);
        return [.. file.Rows.Select(row => new Prompt.Tokens(Array.ConvertAll(row, id => (int)Math.Clamp(id, -1, int.MaxValue))))];
    }

    /// <summary>A prompt of text.</summary>
    public static Prompt TextOf(string text, bool raw) => raw ? new Prompt.Text(text) : new Prompt.Chat([new ChatMessage("user", text)]);

    /// <exception cref="InputException">The model, an expert or a prompt cannot be used.</exception>
    public async Task<GenerateResult> RunAsync(CliHost host, CancellationToken cancellationToken)
    {
        try
        {
            using var line = new ProgressLine(host);
            await using var engine = await LoadAsync(host, line, cancellationToken);
            CheckBiases(engine.Model.VocabularySize);
            var experts = await ReadExpertsAsync(engine.Model.Layout, cancellationToken);
            using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var done = 0;
            var rows = Prompts.Select(async (prompt, index) =>
            {
                var answers = await AnswerAsync(engine, prompt, index, experts, failed.Token);
                line.Report(() => $"answered {Interlocked.Increment(ref done)} of {Prompts.Count}");
                return answers;
            });
            return new GenerateResult([.. (await Task.WhenAll(rows)).SelectMany(answers => answers)]);
        }
        catch (Exception exception) when (exception is CheckpointException or TokenizerException or ChatTemplateException or PlacementException)
        {
            throw new InputException(exception.Message);
        }
        catch (EngineException exception)
        {
            throw new InputException($"{ReasonName.Of(exception.Reason)}: {exception.Message}");
        }
    }

    private void CheckBiases(int vocabularySize)
    {
        foreach (var id in Sampling.LogitBias.Keys.Where(id => id >= vocabularySize))
        {
            throw new InputException($"--logit-bias names the token {id}; the vocabulary has {vocabularySize}.");
        }
    }

    private Task<InferenceEngine> LoadAsync(CliHost host, ProgressLine line, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Model))
        {
            throw new DirectoryNotFoundException($"There is no folder '{Model}'.");
        }

        var options = new EngineOptions
        {
            ModelDirectory = Model,
            DecompositionCacheDirectory = DataDirectory.DecompositionCache(host),
            Decompose = Experts.Count > 0,
            RequireTokenizer = false,
            DType = DType,
            Device = Device,
            ContextLength = ContextLength,
            MaxSequences = (int)Math.Min(MaxSequences, (long)Prompts.Count * Answer.Answers),
            MaxWaiting = Prompts.Count,
            Threads = Environment.ProcessorCount,
        };
        var progress = new ActionProgress<EngineLoadProgress>(step => line.Report(() => $"{step.Phase}: {step.Done} of {step.Total}"));
        return InferenceEngine.LoadAsync(options, NullLogger.Instance, progress, cancellationToken: cancellationToken);
    }

    private async Task<IReadOnlyList<WeightedExpert>> ReadExpertsAsync(ExpertLayout layout, CancellationToken cancellationToken)
    {
        var experts = new List<WeightedExpert>();
        foreach (var expert in Experts)
        {
            var bytes = await LocalFile.ReadAsync(expert.Name, ExpertLimits.Default.MaxFileBytes, cancellationToken);
            experts.Add(new WeightedExpert(ExpertFile.ReadLenient(bytes, layout).Vector, expert.WeightOrOne));
        }

        return experts;
    }

    private async Task<IEnumerable<GeneratedRow>> AnswerAsync(
        InferenceEngine engine, Prompt prompt, int index, IReadOnlyList<WeightedExpert> experts, CancellationToken cancellationToken)
    {
        var request = new GenerationRequest
        {
            RequestId = $"row-{index}",
            Prompt = prompt,
            Experts = experts,
            Sampling = Sampling,
            Answers = Answer.Answers,
            MaxTokens = Answer.MaxTokens,
            MinTokens = Answer.MinTokens,
            Stop = Answer.Stop,
            Logprobs = Answer.Logprobs,
            IgnoreEndOfAnswer = IgnoreEndOfAnswer,
        };
        GrowingRow[] rows = [.. Enumerable.Range(0, Answer.Answers).Select(_ => new GrowingRow())];
        await foreach (var happened in engine.GenerateAsync(request, cancellationToken))
        {
            switch (happened)
            {
                case TextDelta delta:
                    rows[delta.Answer].Ids.AddRange(delta.TokenIds);
                    rows[delta.Answer].Text.Append(delta.Text);
                    rows[delta.Answer].Logprobs.AddRange(delta.Logprobs);
                    break;
                case AnswerCompleted end:
                    rows[end.Answer].End = end.FinishReason;
                    break;
                case GenerationCompleted end when rows is [var only]:
                    only.End = end.FinishReason;
                    break;
            }
        }

        return rows.Select(row => new GeneratedRow(
            row.Ids,
            engine.HasTokenizer ? row.Text.ToString() : null,
            row.End == FinishReason.Stop ? "stop" : "length",
            Answer.Logprobs > 0 ? row.Logprobs : null));
    }

    private sealed class GrowingRow
    {
        public List<int> Ids { get; } = [];

        public StringBuilder Text { get; } = new();

        public List<TokenLogprobs> Logprobs { get; } = [];

        public FinishReason End { get; set; }
    }
}
