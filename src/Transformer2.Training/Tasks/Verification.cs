namespace Transformer2.Training.Tasks;

/// <summary>Judges many answers.</summary>
public static class Verification
{
    /// <summary>Judges answers, several at a time.</summary>
    /// <param name="verifier">Who judges.</param>
    /// <param name="answers">Questions with their answers.</param>
    /// <param name="parallelism">Most at a time, at least 1.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The verdicts, in the answers' order.</returns>
    /// <exception cref="VerificationException">One cannot be judged; the others are given up.</exception>
    public static async Task<Verdict[]> Verify(
        IVerifier verifier, IReadOnlyList<(TaskQuestion Question, string Answer)> answers, int parallelism, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        var verdicts = new Verdict[answers.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, answers.Count, options, async (i, token) => verdicts[i] = await verifier.Verify(answers[i].Question, answers[i].Answer, token));
        return verdicts;
    }
}
