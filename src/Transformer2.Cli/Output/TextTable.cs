using System.Globalization;
using System.Text;

namespace Transformer2.Cli;

/// <summary>Text in columns. Control characters, which names from a server may hold, are shown instead of sent to the terminal.</summary>
internal sealed class TextTable
{
    private readonly List<string[]> _rows = [];
    private readonly bool _hasHeader;

    /// <summary>A table with a line of column names.</summary>
    public TextTable(params string[] header)
    {
        _hasHeader = header.Length > 0;
        if (_hasHeader)
        {
            _rows.Add(header);
        }
    }

    /// <summary>Adds a row.</summary>
    public TextTable Add(params object?[] cells)
    {
        _rows.Add([.. cells.Select(cell => Visible(Convert.ToString(cell, CultureInfo.InvariantCulture) ?? ""))]);
        return this;
    }

    /// <summary>The table: columns as wide as their widest cell, two spaces apart.</summary>
    public override string ToString()
    {
        if (_rows.Count == (_hasHeader ? 1 : 0))
        {
            return "";
        }

        var widths = Enumerable.Range(0, _rows.Max(row => row.Length))
            .Select(column => _rows.Max(row => column < row.Length ? row[column].Length : 0))
            .ToArray();
        var text = new StringBuilder();
        foreach (var row in _rows)
        {
            text.AppendLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }

        return text.ToString();
    }

    private static string Visible(string text) =>
        text.Any(char.IsControl)
            ? string.Concat(text.Select(letter => char.IsControl(letter) ? $"\\u{(int)letter:x4}" : letter.ToString()))
            : text;
}
