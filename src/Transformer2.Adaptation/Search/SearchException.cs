namespace Transformer2.Adaptation.Search;

/// <summary>A search that cannot begin or go on.</summary>
public sealed class SearchException(SearchError reason, string message) : Exception(message)
{
    /// <summary>The kind of failure.</summary>
    public SearchError Reason { get; } = reason;
}

/// <summary>The kinds of failure of a search.</summary>
public enum SearchError
{
    /// <summary>There is no example.</summary>
    NoExamples,

    /// <summary>There are more examples than <see cref="SearchExample.MaxCount"/>.</summary>
    TooManyExamples,

    /// <summary>An example's prompt or answer is empty.</summary>
    EmptyExample,

    /// <summary>An example is there twice: it could end up on both sides of the split.</summary>
    DuplicateExample,

    /// <summary>Two examples answer one prompt differently.</summary>
    ContradictoryExamples,

    /// <summary>An option, the number of experts or that of matrices is outside its range; the message names it.</summary>
    OptionOutOfRange,

    /// <summary>There is no strategy of this name.</summary>
    UnknownStrategy,

    /// <summary>The experts are not those that the weights were made for, or the space is not what the options search.</summary>
    SpaceMismatch,

    /// <summary>The evaluator did not return one score for each candidate and example.</summary>
    EvaluationMismatch,

    /// <summary>The search is by accuracy, but the evaluator did not grade an answer.</summary>
    NotGraded,

    /// <summary>No candidate has a finite score, or the solution has none on the examples that were held out.</summary>
    ScoreNotFinite,
}
