using System.Collections.Frozen;
using System.Globalization;

namespace Transformer2.Tokenization;

/// <summary>
/// Unicode's canonical decompositions and compositions, Hangul left out. The platform's own <c>string.Normalize</c> does nothing under
/// invariant globalization and otherwise depends on the ICU of the machine; ids must not.
/// </summary>
internal sealed class CanonicalData
{
    private static readonly Lazy<CanonicalData> Loaded = new(() => new CanonicalData());

    private CanonicalData()
    {
        var classes = new Dictionary<int, int>();
        var splits = new Dictionary<int, int[]>();
        var joins = new Dictionary<(int, int), int>();
        using var reader = new StreamReader(typeof(CanonicalData).Assembly.GetManifestResourceStream("canonical.txt")!);
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split(' ');
            switch (fields[0])
            {
                case "class":
                    foreach (var range in fields[2..].Select(f => f.Split('-')))
                    {
                        for (var c = Hex(range[0]); c <= Hex(range[^1]); c++)
                            classes[c] = Hex(fields[1]);
                    }
                    break;
                case "split":
                    splits[Hex(fields[1])] = [.. fields[2..].Select(Hex)];
                    break;
                case "join":
                    joins[(Hex(fields[2]), Hex(fields[3]))] = Hex(fields[1]);
                    break;
            }
        }
        (Classes, Splits, Joins) = (classes.ToFrozenDictionary(), splits.ToFrozenDictionary(), joins.ToFrozenDictionary());
    }

    public static CanonicalData Instance => Loaded.Value;

    /// <summary>Canonical combining class of a code point; 0 where there is no entry.</summary>
    public FrozenDictionary<int, int> Classes { get; }

    /// <summary>Full decomposition of a code point.</summary>
    public FrozenDictionary<int, int[]> Splits { get; }

    /// <summary>What two code points compose to.</summary>
    public FrozenDictionary<(int First, int Second), int> Joins { get; }

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
