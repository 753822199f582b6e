using System.Text;

namespace Transformer2.Cli;

/// <summary>A table of a Markdown document.</summary>
internal sealed class MarkdownTable(params string[] header)
{
    private readonly StringBuilder _text = new($"| {string.Join(" | ", header)} |\n|{string.Concat(header.Select(_ => " --- |"))}\n");

    /// <summary>Adds a row.</summary>
    public MarkdownTable Add(params string[] cells)
    {
        _text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
