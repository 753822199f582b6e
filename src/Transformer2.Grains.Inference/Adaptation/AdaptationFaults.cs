using System.Globalization;
using Transformer2.Abstractions;
using Transformer2.Adaptation.Classification;
using Transformer2.Adaptation.Search;
using Transformer2.Engine;
using Transformer2.Experts;
using Transformer2.Tokenization;
using Transformer2.Training.Adapters;
using Transformer2.Training.Classification;
using Transformer2.Training.Tasks;

namespace Transformer2.Grains.Inference;

/// <summary>Which failures of a job's work are the job's own, and what its tenant is told about them.</summary>
internal static class AdaptationFaults
{
    /// <summary>What is wrong with the job; null when something else is to blame.</summary>
    public static PlatformException? RefusalOf(Exception exception) => exception switch
    {
        PlatformException { Kind: not ErrorKind.Internal } refusal => refusal,
        EngineException engine => engine.ToPlatformException(),
        SearchException search => Of(search),
        ClassificationDataException data => Of(data),
        ClassificationException template => new(ErrorReason.InvalidPolicy, template.Message, ("field", "template")),
        ChatTemplateException chat => new(ErrorReason.ChatTemplate, chat.Message),
        ExpertCompositionException composition => new(ErrorReason.InvalidMixture, composition.Message),
        ExpertFileException file => new(file.Reason, file.Message),
        VerificationException { InnerException: PlatformException judge } => judge,
        VerificationException verification => new(ErrorReason.RewardFailed, verification.Message),
        TrainingDivergedException diverged => new(ErrorReason.TrainingDiverged, diverged.Message),
        _ => null,
    };

    private static PlatformException? Of(SearchException search) => search.Reason switch
    {
        SearchError.NoExamples => Examples("NONE", search),
        SearchError.TooManyExamples => Examples("TOO_MANY", search),
        SearchError.EmptyExample => Examples("EMPTY", search),
        SearchError.DuplicateExample => Examples("DUPLICATE", search),
        SearchError.ContradictoryExamples => Examples("CONTRADICTORY", search),
        SearchError.OptionOutOfRange or SearchError.UnknownStrategy => new(ErrorReason.InvalidField, search.Message, ("field", "few_shot")),
        SearchError.ScoreNotFinite => new(ErrorReason.ScoreNotFinite, search.Message),
        _ => null,
    };

    private static PlatformException Of(ClassificationDataException data) => new(
        ErrorReason.InvalidExamples,
        data.Position is { } at ? $"Example {at}: {data.Message}" : data.Message,
        data.Position is { } position ? [("cause", data.Reason), ("line", position.ToString(CultureInfo.InvariantCulture))] : [("cause", data.Reason)]);

    private static PlatformException Examples(string cause, SearchException search) => new(ErrorReason.InvalidExamples, search.Message, ("cause", cause));
}
