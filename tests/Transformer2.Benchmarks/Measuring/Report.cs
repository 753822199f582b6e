using System.Globalization;
using System.Text.Json;

namespace Transformer2.Benchmarks;

/// <summary>What a benchmark found: a table for people, and the same as JSON.</summary>
/// <param name="benchmark">The verb.</param>
/// <param name="options">What it was asked for.</param>
internal sealed class Report(string benchmark, object options)
{
    private readonly List<Dictionary<string, object?>> _rows = [];
    private readonly List<string> _notes = [];

    /// <summary>Adds a line; all lines have the same columns. Null is what was not measured.</summary>
    public void Add(params (string Column, object? Value)[] cells) => _rows.Add(cells.ToDictionary(cell => cell.Column, cell => cell.Value));

    /// <summary>Adds a remark below the table.</summary>
    public void Note(string text) => _notes.Add(text);

    /// <summary>Prints the table and, where asked for, writes the JSON.</summary>
    public void Finish(string? json)
    {
        if (_rows.Count > 0)
        {
            var table = new Table([.. _rows[0].Keys]);
            foreach (var row in _rows) table.Add([.. row.Values.Select(Cell)]);
            Console.Write(table);
        }

        foreach (var note in _notes) Console.WriteLine(note);
        if (json is not null) File.WriteAllText(json, JsonSerializer.Serialize(new { benchmark, options, rows = _rows, notes = _notes }) + "\n");
    }

    private static object Cell(object? value) => value switch
    {
        null => "–",
        double number => number.ToString(Math.Abs(number) switch { >= 100 => "0", >= 10 => "0.0", _ => "0.000" }, CultureInfo.InvariantCulture),
        _ => value,
    };
}
