using Transformer2.Abstractions;
using Transformer2.Training.Tasks;

namespace Transformer2.Grains.Inference;

/// <summary>Finds what judges a training's answers.</summary>
internal static class TrainingVerifiers
{
    /// <summary>Answers that are judged at once: a reward service gets them in few calls.</summary>
    public static int Parallelism(TrainingVerifier verifier) => verifier.IsCallback ? CallbackVerifier.MostAnswers : Environment.ProcessorCount;

    /// <exception cref="PlatformException"><see cref="ErrorReason.InvalidField"/>: there is no such verifier, or its argument is none.</exception>
    public static IVerifier Create(TrainingVerifier verifier, TrainingOptions options)
    {
        if (verifier.IsCallback)
            return new CallbackVerifier(RewardAddress.Parse(verifier.Argument, options.RewardHosts), options);
        if (verifier.Name == "exact")
            return new ProvisionalExact();
        throw new PlatformException(ErrorReason.InvalidField, $"There is no verifier '{verifier.Name}'.", ("field", "recipe.verifier.name"));
    }

    private sealed class ProvisionalExact : IVerifier
    {
        public string Name => "exact";

        public ValueTask<Verdict> Verify(TaskQuestion question, string answer, CancellationToken cancellationToken) =>
            ValueTask.FromResult(Verdict.Of(answer.Trim() == question.Reference.Trim()));
    }
}
