using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Transformer2.Benchmarks;

/// <summary>What a benchmark found: tables for people, and the same as JSON with where it comes from.</summary>
/// <param name="benchmark">The verb.</param>
/// <param name="origin">Where the figures come from.</param>
/// <param name="json">The file for the JSON, or null.</param>
internal sealed class Report(string benchmark, Origin origin, string? json)
{
    private static readonly JsonSerializerOptions Camel = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private readonly List<Dictionary<string, object?>> _rows = [];
    private readonly List<string> _notes = [];

    /// <summary>A new option for the file that the JSON goes to.</summary>
    public static Option<string?> JsonOption() => new("--json") { Description = "File for the result as JSON" };

    /// <summary>Adds a line; lines with other columns than the last one begin a new table. Null is what was not measured.</summary>
    public void Add(params IEnumerable<(string Column, object? Value)> cells) => _rows.Add(cells.ToDictionary(cell => cell.Column, cell => cell.Value));

    /// <summary>Adds a remark below the tables.</summary>
    public void Note(string text) => _notes.Add(text);

    /// <summary>Prints the tables and, where asked for, writes the JSON.</summary>
    public void Finish()
    {
        Table? table = null;
        for (var i = 0; i < _rows.Count; i++)
        {
            if (i == 0 || !_rows[i].Keys.SequenceEqual(_rows[i - 1].Keys))
            {
                if (table is not null) Console.WriteLine(table);
                table = new Table([.. _rows[i].Keys]);
            }

            table!.Add([.. _rows[i].Values.Select(Cell)]);
        }

        Console.Write(table);
        foreach (var note in _notes) Console.WriteLine(note);
        if (json is null) return;
        var result = new { benchmark, origin.Machine, origin.Date, origin.Commit, origin.Options, rows = _rows, notes = _notes };
        File.WriteAllText(json, JsonSerializer.Serialize(result, Camel) + "\n");
    }

    private static object Cell(object? value) => value switch
    {
        null => "–",
        double number => number.ToString(Math.Abs(number) switch { >= 100 => "0", >= 10 => "0.0", _ => "0.000" }, CultureInfo.InvariantCulture),
        _ => value,
    };
}
