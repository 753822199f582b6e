using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Svf;
using Transformer2.Training.Evaluation;
using static TorchSharp.torch;

namespace Transformer2.Training.Classification;

/// <summary>What a model makes of labelled prompts.</summary>
/// <param name="Matrix">Given is the label that is the most probable of the labels.</param>
/// <param name="Unrestricted">Prompts to which the model's own greedy answer, of all that it could say, is exactly the right label.</param>
/// <param name="Loss">-log of the right label's probability among the labels: the mean over labels of the mean over their prompts, in nats.</param>
public sealed record ClassificationResult(ConfusionMatrix Matrix, Proportion Unrestricted, double Loss)
{
    // Of one pass; a longer prompt has a pass of its own.
    private const int Tokens = 4096;

    /// <exception cref="NotFiniteNumberException">The model's probabilities are not numbers.</exception>
    internal static ClassificationResult Measure(
        Decoder model,
        IReadOnlyList<string> labels,
        LabelAnswers answers,
        IReadOnlyList<EncodedPrompt> prompts,
        int rowLength,
        RowExperts? experts,
        CancellationToken cancellationToken)
    {
        using var guard = no_grad();
        var given = new List<Answer>(prompts.Count);
        for (var next = 0; next < prompts.Count;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var some = Take(prompts, next, answers.Inputs);
            using var batch = LabelBatch.Pack(some, answers, rowLength);
            given.AddRange(Answers(model, answers, batch, experts));
            next += some.Length;
        }

        return new ClassificationResult(
            ConfusionMatrix.Of(labels, given.Select(answer => (answer.Right, answer.Given))),
            new Proportion(given.Count(answer => answer.IsGreedy), given.Count),
            given.GroupBy(answer => answer.Right).Select(group => group.Average(answer => answer.Loss)).DefaultIfEmpty(0).Average());
    }

    private static EncodedPrompt[] Take(IReadOnlyList<EncodedPrompt> prompts, int from, int inputs)
    {
        var end = from + 1;
        for (var tokens = prompts[from].Ids.Length + inputs; end < prompts.Count; end++)
        {
            tokens += prompts[end].Ids.Length + inputs;
            if (tokens > Tokens) break;
        }

        return [.. prompts.Skip(from).Take(end - from)];
    }

    private static IEnumerable<Answer> Answers(Decoder model, LabelAnswers answers, LabelBatch batch, RowExperts? experts)
    {
        using var scope = NewDisposeScope();
        var scores = LabelLogprobs.Compute(model, batch, answers, experts);
        var logPolicy = nn.functional.log_softmax(scores.Labels, 1).cpu().data<float>().ToArray(); // [prompts * labels]
        var greedy = scores.Tokens.argmax(-1).cpu().data<long>().ToArray(); // [prompts * (1 + inputs)]
        return [.. batch.Prompts.Select((prompt, i) =>
        {
            var policy = logPolicy.AsSpan(i * answers.Count, answers.Count);
            return new Answer(prompt.Label, MostProbable(policy), IsGreedy(answers, prompt.Label, greedy.AsSpan(i * (1 + answers.Inputs))), -policy[prompt.Label]);
        })];
    }

    /// <summary>The number of the largest value, of equals the first.</summary>
    /// <exception cref="NotFiniteNumberException">A value is not a number.</exception>
    internal static int MostProbable(ReadOnlySpan<float> logPolicy)
    {
        var best = 0;
        for (var i = 0; i < logPolicy.Length; i++)
        {
            if (float.IsNaN(logPolicy[i])) throw new NotFiniteNumberException("The model's probabilities are not numbers.");
            if (logPolicy[i] > logPolicy[best]) best = i;
        }

        return best;
    }

    private static bool IsGreedy(LabelAnswers answers, int label, ReadOnlySpan<long> greedy)
    {
        var ids = answers.Ids[label];
        for (var i = 0; i < ids.Length; i++)
        {
            if (greedy[answers.Predictors[answers.TargetStarts[label] + i]] != ids[i]) return false;
        }

        return true;
    }

    private readonly record struct Answer(int Right, int Given, bool IsGreedy, double Loss);
}
