using Transformer2.Abstractions;
using Transformer2.Training.Adapters;
using Transformer2.Training.Objectives;
using Transformer2.Training.Rollouts;
using Transformer2.Training.Tasks;

namespace Transformer2.Grains.Inference;

/// <summary>Asks base model and expert the same questions, greedily.</summary>
/// <param name="rollouts">Answers.</param>
/// <param name="encoder">Between texts and tokens.</param>
/// <param name="verifier">Judges.</param>
/// <param name="maxTokens">Most tokens of an answer.</param>
/// <param name="contextLength">Most tokens of prompt and answer together.</param>
internal sealed class PairedEvaluation(IRollouts rollouts, ITaskEncoder encoder, IVerifier verifier, int maxTokens, int contextLength)
{
    // So many at a time: it can be stopped, and shows how far it is.
    private const int Chunk = 64;

    /// <summary>How they do; null without questions.</summary>
    /// <param name="questions">The questions.</param>
    /// <param name="expert">The expert.</param>
    /// <param name="progress">Is told the part that is done.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="VerificationException">An answer could not be judged.</exception>
    public async Task<PairedResult?> Compare(
        IReadOnlyList<TaskQuestion> questions, AdapterWeights expert, Action<double> progress, CancellationToken cancellationToken)
    {
        int baseRight = 0, expertRight = 0, lost = 0, gained = 0, done = 0;
        foreach (var chunk in questions.Chunk(Chunk))
        {
            AdapterWeights?[] both = [null, expert];
            var answers = await rollouts.Generate([.. both.SelectMany(adapter => chunk.Select(question => Request(question, adapter)))], cancellationToken);
            var right = await Judge([.. answers.Select((answer, i) => (chunk[i % chunk.Length], answer))], cancellationToken);
            for (var i = 0; i < chunk.Length; i++)
            {
                var (before, after) = (right[i], right[chunk.Length + i]);
                baseRight += before ? 1 : 0;
                expertRight += after ? 1 : 0;
                lost += before && !after ? 1 : 0;
                gained += after && !before ? 1 : 0;
            }

            done += chunk.Length;
            progress((double)done / questions.Count);
        }

        return questions.Count == 0 ? null : new(questions.Count, baseRight, expertRight, lost, gained, McNemar.PValue(lost, gained));
    }

    private RolloutRequest Request(TaskQuestion question, AdapterWeights? adapter)
    {
        var prompt = encoder.Prompt(question);
        return prompt.Count + maxTokens <= contextLength
            ? new(prompt, adapter, Temperature: 0, Seed: 0, maxTokens, encoder.EndIds)
            : throw new ArgumentException($"Question {question.Id} takes {prompt.Count + maxTokens} tokens with its answer; the model has room for {contextLength}.");
    }

    private async Task<bool[]> Judge((TaskQuestion Question, Rollout Answer)[] answers, CancellationToken cancellationToken)
    {
        var verdicts = await Task.WhenAll(answers.Select(pair => Judge(pair.Question, encoder.Text(pair.Answer.Ids), cancellationToken)));
        return [.. verdicts.Select(verdict => verdict.IsRight)];
    }

    private async Task<Verdict> Judge(TaskQuestion question, string answer, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(async () => await verifier.Verify(question, answer, cancellationToken), cancellationToken);
        }
        catch (Exception exception) when (exception is not (VerificationException or OperationCanceledException))
        {
            throw new VerificationException($"The verifier {verifier.Name} failed on question {question.Id}: {exception.Message}", exception);
        }
    }
}
