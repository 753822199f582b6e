namespace Transformer2.Experts;

/// <summary>What an expert file says about itself; every part may be absent from files that other tools made.</summary>
public sealed record ExpertMetadata
{
    /// <summary>The version of the file format that is written and read here.</summary>
    public const string CurrentFormat = "1";

    /// <summary>Version of the file format (<c>t2.format</c>).</summary>
    public string? Format { get; init; } = CurrentFormat;

    /// <summary>
    /// The <see cref="Task"/> of an expert that names the category of a prompt: it is for the first pass of dispatch, and answers nothing else.
    /// </summary>
    public const string ClassificationTask = "classification";

    /// <summary>Fingerprint of the base model (<c>t2.base_model</c>).</summary>
    public string? BaseModel { get; init; }

    /// <summary>Fingerprint of the decomposition (<c>t2.decomposition</c>).</summary>
    public string? Decomposition { get; init; }

    /// <summary>
    /// The mask that was trained, <c>direct</c> or <c>sigmoid</c> (<c>t2.mask</c>); the file holds effective multipliers.
    /// </summary>
    public string? Mask { get; init; }

    /// <summary>The renormalisation that is already in the multipliers, <c>none</c> or <c>nuclear</c> (<c>t2.renormalization</c>).</summary>
    public string? Renormalization { get; init; }

    /// <summary>The kinds of matrices that were trained, <c>mlp</c>, <c>attention</c> or <c>all</c> (<c>t2.modules</c>).</summary>
    public string? Modules { get; init; }

    /// <summary>What it was trained for, on one line of at most 128 characters (<c>t2.task</c>).</summary>
    public string? Task { get; init; }

    /// <summary>A text for people of at most 1024 characters (<c>t2.description</c>).</summary>
    public string? Description { get; init; }

    /// <summary>What it was made from and how, in at most 16384 characters (<c>t2.lineage</c>).</summary>
    public string? Lineage { get; init; }
}
