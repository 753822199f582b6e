using System.Collections.Frozen;
using System.Globalization;

namespace Transformer2.Tokenization;

/// <summary>Unicode's full compatibility decompositions where they differ from the canonical ones.</summary>
internal static class CompatibilityData
{
    private static readonly Lazy<FrozenDictionary<int, int[]>> Loaded = new(Load);

    public static FrozenDictionary<int, int[]> Instance => Loaded.Value;

    private static FrozenDictionary<int, int[]> Load()
    {
        var data = new Dictionary<int, int[]>();
        using var reader = new StreamReader(typeof(CompatibilityData).Assembly.GetManifestResourceStream("compatibility.txt")!);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            var fields = line.Split(' ');
            var range = fields[0].Split('-');
            var first = Hex(range[0]);
            int[] parts = [.. fields[1..].Select(Hex)];
            for (var character = first; character <= Hex(range[^1]); character++)
                data[character] = [parts[0] + (character - first), .. parts[1..]];
        }
        return data.ToFrozenDictionary();
    }

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
