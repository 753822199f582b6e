using System.Globalization;
using System.Text;

namespace Transformer2.Benchmarks;

/// <summary>A Markdown table, to be pasted where figures are kept.</summary>
internal sealed class Table(params string[] header)
{
    private readonly StringBuilder _text = new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", header)} |\n")
        .Append(CultureInfo.InvariantCulture, $"|{string.Concat(header.Select(_ => " ---: |"))}\n");

    /// <summary>Adds a row.</summary>
    public void Add(params object[] cells) =>
        _text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells.Select(cell => Convert.ToString(cell, CultureInfo.InvariantCulture)))} |\n");

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
