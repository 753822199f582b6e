namespace Transformer2.Cli;

/// <summary>A section of the document: the counterpart of a table or a figure of the paper.</summary>
internal interface ILabSection
{
    /// <summary>Its heading.</summary>
    string Title { get; }

    /// <summary>The units whose results it shows.</summary>
    IEnumerable<ILabUnit> Needs(LabPlan plan);

    /// <summary>Writes it; all units are done.</summary>
    void Write(LabPage page);
}
