namespace Transformer2.Training.Tasks;

/// <summary>Judges answers. Does not change and may be used by many threads.</summary>
public interface IVerifier
{
    /// <summary>The name by which it is chosen.</summary>
    string Name { get; }

    /// <summary>Judges an answer. Any text is an answer; a wrong one is no error.</summary>
    /// <param name="question">The question.</param>
    /// <param name="answer">What the model answered, without special tokens.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="VerificationException">It cannot be judged: the reference is unusable, or what judges failed. Never because of the answer.</exception>
    ValueTask<Verdict> Verify(TaskQuestion question, string answer, CancellationToken cancellationToken);
}

/// <summary>What a verifier says of an answer.</summary>
/// <param name="IsRight">Whether it counts as right.</param>
/// <param name="Reward">What training maximises: finite, -1 to 1. The paper's is 1 for a right answer and -1 for a wrong one.</param>
/// <param name="Extracted">What was found in the answer and compared; null when nothing was.</param>
public sealed record Verdict(bool IsRight, double Reward, string? Extracted = null)
{
    /// <summary>The paper's reward.</summary>
    public static Verdict Of(bool isRight, string? extracted = null) => new(isRight, isRight ? 1 : -1, extracted);
}

/// <summary>An answer could not be judged, for a reason that is not the answer's.</summary>
public sealed class VerificationException(string message, Exception? inner = null) : Exception(message, inner);
