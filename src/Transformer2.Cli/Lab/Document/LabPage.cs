using System.Text;

namespace Transformer2.Cli;

/// <summary>The document that is being written, and what its sections read.</summary>
/// <param name="run">The results.</param>
/// <param name="plan">The units.</param>
/// <param name="output">The document's file.</param>
internal sealed class LabPage(LabRun run, LabPlan plan, string output)
{
    private readonly StringBuilder _text = new();

    /// <summary>The results.</summary>
    public LabRun Run => run;

    /// <summary>The units.</summary>
    public LabPlan Plan => plan;

    /// <summary>Everything that was written.</summary>
    public string Text => _text.ToString();

    private string FigureFolder => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(output))!, Path.GetFileNameWithoutExtension(output));

    /// <summary>The result of a unit.</summary>
    public TResult Result<TResult>(LabUnit<TResult> unit)
        where TResult : class => run.Result(unit);

    /// <summary>A paragraph, a heading or a table.</summary>
    public void Write(object block) => _text.Append(block.ToString()!.TrimEnd('\n')).Append("\n\n");

    /// <summary>A figure in the document's folder of figures.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="about">What it shows.</param>
    /// <param name="save">Writes it into a file.</param>
    public void Figure(string name, string about, Action<string> save)
    {
        Directory.CreateDirectory(FigureFolder);
        save(Path.Combine(FigureFolder, $"{name}.svg"));
        Write($"![{about}]({Path.GetFileName(FigureFolder)}/{name}.svg)");
    }
}
