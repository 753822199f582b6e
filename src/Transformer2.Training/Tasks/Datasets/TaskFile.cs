using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Transformer2.Tokenization;
using Transformer2.Training.Corpus;
using Transformer2.Training.Tasks.Verifiers;

namespace Transformer2.Training.Tasks.Datasets;

/// <summary>
/// A tenant's questions: JSON lines, each <c>{"prompt" or "messages", "answer"}</c> with, if wanted, <c>demonstration</c>, <c>split</c> and <c>id</c> (which
/// is for people). Lines without a split belong to one by a hash of what they ask, a tenth to validation and a tenth to the test, so that a question stays in
/// its split whatever else the file holds. A line that repeats an earlier one counts once.
/// </summary>
public sealed class TaskFile
{
    /// <summary>Most lines.</summary>
    public const int MostLines = 100_000;

    /// <summary>Most bytes of a line.</summary>
    public const int MostLineBytes = 1 << 20;

    /// <summary>Most UTF-8 bytes of a text.</summary>
    public const int MostTextBytes = 64 << 10;

    /// <summary>Most messages of a question.</summary>
    public const int MostMessages = 64;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<Split, List<TaskQuestion>> _questions;

    private TaskFile(Dictionary<Split, List<TaskQuestion>> questions, int duplicates) => (_questions, Duplicates) = (questions, duplicates);

    /// <summary>Lines that repeated an earlier one.</summary>
    public int Duplicates { get; }

    /// <summary>The questions of a split, in the order of the file.</summary>
    public IReadOnlyList<TaskQuestion> Questions(Split split) => _questions[split];

    /// <summary>Reads a file, and checks every line.</summary>
    /// <param name="file">UTF-8; empty lines do not count.</param>
    /// <param name="check">Checks what answers will be compared with; null where that is not known yet.</param>
    /// <exception cref="TaskFileException">It cannot be used.</exception>
    public static TaskFile Read(ReadOnlyMemory<byte> file, IReferenceCheck? check = null)
    {
        var questions = new Dictionary<string, Entry>();
        var (number, count, duplicates) = (0, 0, 0);
        for (var start = 0; start < file.Length; number++)
        {
            var rest = file.Span[start..];
            var length = rest.IndexOf((byte)'\n') is var end && end < 0 ? rest.Length : end;
            var line = file.Slice(start, length);
            start += length + 1;
            if (line.Span.Trim(" \t\r"u8).IsEmpty) continue;
            if (++count > MostLines) throw new TaskFileException(TaskFileReason.TooMany, $"There are more than {MostLines} questions.");
            if (length > MostLineBytes) throw new TaskFileException(TaskFileReason.TooLong, $"It has more than {MostLineBytes} bytes.", number + 1);
            if (!System.Text.Unicode.Utf8.IsValid(line.Span)) throw new TaskFileException(TaskFileReason.Encoding, "It is no UTF-8.", number + 1);
            if (!Add(questions, TaskFileLine.Read(line, number + 1), number + 1, check)) duplicates++;
        }

        return new TaskFile(Split(questions.Values), duplicates);
    }

    /// <summary>The file as a task.</summary>
    public ITrainingTask ToTask(string name, IVerifier verifier, int maxAnswerTokens) => new Task(this, name, verifier, maxAnswerTokens);

    /// <summary>What names a question by its content.</summary>
    /// <param name="messages">What is asked.</param>
    /// <returns>64 hexadecimal digits.</returns>
    public static string IdOf(IReadOnlyList<ChatMessage> messages)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> size = stackalloc byte[sizeof(int)];
        foreach (var text in messages.SelectMany(message => (string[])[message.Role, message.Content]))
        {
            // With its length, so that no two lists of texts are the same bytes.
            var bytes = Utf8.GetBytes(text);
            BinaryPrimitives.WriteInt32LittleEndian(size, bytes.Length);
            hash.AppendData(size);
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static bool Add(Dictionary<string, Entry> questions, TaskFileLine line, int number, IReferenceCheck? check)
    {
        if (check?.Fault(line.Answer) is { } fault) throw new TaskFileException(TaskFileReason.Reference, fault, number);
        var id = IdOf(line.Messages);
        if (!questions.TryGetValue(id, out var known))
        {
            questions.Add(id, new Entry(new TaskQuestion(id, line.Messages, line.Answer, line.Demonstration ?? line.Answer), line.Split, number));
            return true;
        }

        if (known.Question.Reference != line.Answer) throw new TaskFileException(TaskFileReason.Contradictory, $"Line {known.Line} asks the same and has another answer.", number);
        return known.Split == line.Split
            ? false
            : throw new TaskFileException(TaskFileReason.SeveralSplits, $"Line {known.Line} asks the same in another split.", number);
    }

    private static Dictionary<Split, List<TaskQuestion>> Split(IReadOnlyCollection<Entry> entries)
    {
        var splits = Enum.GetValues<Split>().ToDictionary(split => split, _ => new List<TaskQuestion>());
        foreach (var entry in entries) splits[entry.Split ?? ByHash(entry.Question.Id)].Add(entry.Question);

        // A file of few lines may have none in a tenth of the hashes: something must choose.
        if (splits[Corpus.Split.Validation].Count == 0 && splits[Corpus.Split.Train].Count > 1 && entries.All(entry => entry.Split is null))
        {
            var first = splits[Corpus.Split.Train].MinBy(question => question.Id, StringComparer.Ordinal)!;
            splits[Corpus.Split.Train].Remove(first);
            splits[Corpus.Split.Validation].Add(first);
        }

        foreach (var (split, what) in ((Split, string)[])[(Corpus.Split.Train, "to learn from (train)"), (Corpus.Split.Validation, "to choose by (validation)")])
        {
            if (splits[split].Count == 0) throw new TaskFileException(TaskFileReason.TooFew, $"There is no question {what}.");
        }

        return splits;
    }

    private static Split ByHash(string id) => (Convert.ToInt32(id[..6], 16) % 10) switch
    {
        0 => Corpus.Split.Test,
        1 => Corpus.Split.Validation,
        _ => Corpus.Split.Train,
    };

    private sealed record Entry(TaskQuestion Question, Split? Split, int Line);

    private sealed class Task(TaskFile file, string name, IVerifier verifier, int maxAnswerTokens) : ITrainingTask
    {
        public string Name => name;

        public IVerifier Verifier => verifier;

        public int MaxAnswerTokens => maxAnswerTokens;

        public IReadOnlyList<TaskQuestion> Questions(Split split) => file.Questions(split);
    }
}
