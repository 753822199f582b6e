using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Transformer2.Abstractions;
using Transformer2.Tokenization;
using Transformer2.Training.Corpus;
using Transformer2.Training.Tasks;

namespace Transformer2.Grains.Inference;

/// <summary>Reads data sets: the same when they come as when they are used.</summary>
internal sealed class DatasetFiles : IDatasetReader
{
    /// <inheritdoc/>
    public DatasetContent Read(ReadOnlyMemory<byte> file)
    {
        var task = Open(file, new Nobody(), maxAnswerTokens: 1, out var duplicates);
        return new(
            ContentDigest.Of(file.Span),
            file.Length,
            task.Questions(Split.Train).Count,
            task.Questions(Split.Validation).Count,
            task.Questions(Split.Test).Count,
            duplicates);
    }

    /// <summary>A data set as a task.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.InvalidDataset"/>.</exception>
    public static ITrainingTask Open(ReadOnlyMemory<byte> file, IVerifier verifier, int maxAnswerTokens, out int duplicates)
    {
        var questions = new Dictionary<string, (TaskQuestion Question, Split Split)>();
        duplicates = 0;
        foreach (var (i, line) in Encoding.UTF8.GetString(file.Span).Split('\n').Index())
        {
            if (line.Trim().Length == 0)
                continue;
            try
            {
                using var json = JsonDocument.Parse(line);
                var prompt = json.RootElement.GetProperty("prompt").GetString()!;
                var reference = json.RootElement.GetProperty("answer").GetString()!;
                var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(prompt)));
                var split = json.RootElement.TryGetProperty("split", out var named)
                    ? Enum.Parse<Split>(named.GetString()!, ignoreCase: true)
                    : (Convert.ToInt32(id[..4], 16) % 10) switch { 0 => Split.Test, 1 => Split.Validation, _ => Split.Train };
                if (!questions.TryAdd(id, (new TaskQuestion(id, [new ChatMessage("user", prompt)], reference, reference), split)))
                    duplicates++;
            }
            catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
            {
                throw new PlatformException(
                    ErrorReason.InvalidDataset, $"Line {i + 1} is no question: {exception.Message}", ("cause", "LINE"), ("line", (i + 1).ToString(CultureInfo.InvariantCulture)));
            }
        }

        return new Task(verifier, maxAnswerTokens, questions.Values.ToLookup(entry => entry.Split, entry => entry.Question));
    }

    private sealed class Task(IVerifier verifier, int maxAnswerTokens, ILookup<Split, TaskQuestion> questions) : ITrainingTask
    {
        public string Name => "dataset";

        public IVerifier Verifier => verifier;

        public int MaxAnswerTokens => maxAnswerTokens;

        public IReadOnlyList<TaskQuestion> Questions(Split split) => [.. questions[split]];
    }

    private sealed class Nobody : IVerifier
    {
        public string Name => "none";

        public ValueTask<Verdict> Verify(TaskQuestion question, string answer, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
