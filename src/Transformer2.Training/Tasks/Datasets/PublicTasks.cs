using System.Text.Json;
using Transformer2.Training.Corpus;
using Transformer2.Training.Tasks.Sandbox;
using Transformer2.Training.Tasks.Verifiers;

namespace Transformer2.Training.Tasks.Datasets;

/// <summary>
/// The paper's public data sets, from JSON lines in the layouts of their publishers. Even places of a training file train and odd ones validate, as in the
/// published code (arXiv 2501.06252); what is published as a test set tests, and chooses nothing.
/// </summary>
public static class PublicTasks
{
    private const int AnswerTokens = 512;
    private const int LongAnswerTokens = 1024;

    /// <summary>GSM8K: <c>question</c>, <c>answer</c> ending in <c>#### N</c>. The last number of an answer counts.</summary>
    /// <param name="train">Path of the training file; null for none.</param>
    /// <param name="test">Path of the test file.</param>
    /// <exception cref="TaskFileException">A line is not of that layout.</exception>
    public static ITrainingTask Gsm8k(string? train, string test) => Task(
        "gsm8k", new VerifierRegistry(sandbox: null).Create("numeric"), AnswerTokens, Published(train, test, line => PublicTask.Question(line.Text("question"), line.Text("answer"), line.Text("answer"))));

    /// <summary>MATH: <c>problem</c>, <c>solution</c>, <c>answer</c>. The last box of an answer counts. A test set only, as in the paper.</summary>
    /// <exception cref="TaskFileException">A line is not of that layout.</exception>
    public static ITrainingTask Math(string test) => Task(
        "math", new VerifierRegistry(sandbox: null).Create("boxed"), LongAnswerTokens,
        Published(train: null, test, line => PublicTask.Question(
            $"{line.Text("problem")}\nReason step by step, and put the final answer within \\boxed{{}}.", $"\\boxed{{{line.Text("answer")}}}", line.Text("solution"))));

    /// <summary>ARC, easy or challenge: <c>question.stem</c>, <c>question.choices</c>, <c>answerKey</c>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="train">Path of the training file, of which odd places validate; null for none.</param>
    /// <param name="test">Path of the test file.</param>
    /// <exception cref="TaskFileException">A line is not of that layout.</exception>
    public static ITrainingTask Arc(string name, string? train, string test) => Task(
        name, new VerifierRegistry(sandbox: null).Create("multiple-choice"), AnswerTokens, Published(train, test, line =>
        {
            var question = line.Member("question");
            var choices = question.Member("choices").Items().Select(choice => $"{choice.Text("label")}. {choice.Text("text")}");
            var key = line.Text("answerKey");
            return PublicTask.Question($"{question.Text("stem")}\n{string.Join('\n', choices)}\nEnd with: The answer is (X).", key, $"The answer is ({key}).");
        }));

    /// <summary>MBPP: <c>text</c>, <c>code</c>, <c>test_list</c>, <c>test_setup_code</c>, <c>task_id</c>, which says the split: 11 to 510 test, 511 to 600 validation, above them training.</summary>
    /// <param name="file">Path of the file.</param>
    /// <param name="sandbox">Where answers run.</param>
    /// <exception cref="TaskFileException">A line is not of that layout.</exception>
    public static ITrainingTask Mbpp(string file, ISandbox sandbox) => Task("mbpp", new PythonVerifier(sandbox), AnswerTokens, [.. Lines(file)
        .Where(line => line.Number("task_id") > 10) // those before are for prompts with examples
        .Select(line => (
            line.Number("task_id") switch { <= 510 => Split.Test, <= 600 => Split.Validation, _ => Split.Train },
            PublicTask.Question(
                $"{line.Text("text")}\nYour code must pass this test:\n{line.Member("test_list").Items().First().Text()}",
                new PythonTests(string.Join('\n', line.Member("test_list").Items().Select(test => test.Text())), line.TextOrNone("test_setup_code")).ToReference(),
                line.Text("code"))))]);

    /// <summary>HumanEval: <c>prompt</c>, <c>entry_point</c>, <c>canonical_solution</c>, <c>test</c>. A test set only. An answer continues the prompt, or is a program of its own.</summary>
    /// <param name="file">Path of the file.</param>
    /// <param name="sandbox">Where answers run.</param>
    /// <exception cref="TaskFileException">A line is not of that layout.</exception>
    public static ITrainingTask HumanEval(string file, ISandbox sandbox) => Task("humaneval", new PythonVerifier(sandbox), AnswerTokens, Published(train: null, file, line =>
    {
        var (prompt, name) = (line.Text("prompt"), line.Text("entry_point"));
        return PublicTask.Question(
            $"Complete this function:\n{prompt}",
            // Some tests use what the prompt defines beside the function that it asks for.
            new PythonTests($"{line.Text("test")}\ncheck({name})\n", Before: prompt, Prefix: prompt, Names: [name]).ToReference(),
            line.Text("canonical_solution"));
    }));

    private static PublicTask Task(string name, IVerifier verifier, int maxAnswerTokens, IEnumerable<(Split Split, TaskQuestion Question)> questions)
    {
        var splits = questions.ToArray();

        // A question that is published twice, in two splits too, must not be learned and measured: the test keeps it.
        var test = splits.Where(entry => entry.Split == Split.Test).Select(entry => entry.Question.Id).ToHashSet();
        return new PublicTask(name, verifier, maxAnswerTokens, splits
            .Where(entry => entry.Split == Split.Test || !test.Contains(entry.Question.Id))
            .DistinctBy(entry => entry.Question.Id)
            .ToLookup(entry => entry.Split, entry => entry.Question));
    }

    private static IEnumerable<(Split, TaskQuestion)> Published(string? train, string test, Func<PublicLine, TaskQuestion> read) =>
    [
        .. (train is null ? [] : Lines(train)).Select((line, place) => (place % 2 == 0 ? Split.Train : Split.Validation, read(line))),
        .. Lines(test).Select(line => (Split.Test, read(line))),
    ];

    private static IEnumerable<PublicLine> Lines(string path)
    {
        foreach (var (i, text) in File.ReadLines(path).Index())
        {
            if (text.Length == 0) continue;
            JsonElement root;
            try
            {
                root = JsonElement.Parse(text);
            }
            catch (JsonException exception)
            {
                throw new TaskFileException(TaskFileReason.Json, $"It is no JSON: {exception.Message}", i + 1, exception);
            }

            yield return new PublicLine(root, i + 1);
        }
    }

    /// <summary>A part of a line, whose members are there or refused.</summary>
    private readonly record struct PublicLine(JsonElement Element, int Line)
    {
        public PublicLine Member(string name) =>
            Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(name, out var value) ? new(value, Line) : throw Missing(name);

        public IEnumerable<PublicLine> Items()
        {
            var line = Line;
            return Element.ValueKind == JsonValueKind.Array && Element.GetArrayLength() > 0 ? Element.EnumerateArray().Select(item => new PublicLine(item, line)) : throw Missing("array");
        }

        public string Text() => Element.ValueKind == JsonValueKind.String ? Element.GetString()! : throw Missing("text");

        public string Text(string name) => Member(name).Text();

        public string? TextOrNone(string name) => Element.TryGetProperty(name, out var value) && value.GetString() is { Length: > 0 } text ? text : null;

        public int Number(string name) => Member(name).Element is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value) ? value : throw Missing(name);

        private TaskFileException Missing(string what) => new(TaskFileReason.Member, $"The member '{what}' is missing, or of another type.", Line);
    }
}
