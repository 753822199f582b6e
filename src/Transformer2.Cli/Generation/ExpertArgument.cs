using System.Globalization;

namespace Transformer2.Cli;

/// <summary>The value of an <c>--expert</c> option: <c>NAME</c> or <c>NAME=WEIGHT</c>.</summary>
/// <param name="Name">Name of an expert, or path of an expert file.</param>
/// <param name="Weight">Its weight in the mixture, null when none is given.</param>
internal sealed record ExpertArgument(string Name, double? Weight)
{
    /// <summary>The weight that counts: an expert without one counts once.</summary>
    public double WeightOrOne => Weight ?? 1;

    /// <summary>Splits at the last equals sign.</summary>
    /// <exception cref="UsageException">No name, or a weight that is not a number.</exception>
    public static ExpertArgument Parse(string text)
    {
        var sign = text.LastIndexOf('=');
        var name = sign < 0 ? text : text[..sign];
        if (name.Length == 0)
        {
            throw new UsageException($"'{text}' names no expert: NAME or NAME=WEIGHT.");
        }

        if (sign < 0)
        {
            return new ExpertArgument(text, null);
        }

        return double.TryParse(text.AsSpan(sign + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var weight)
            ? new ExpertArgument(name, weight)
            : throw new UsageException($"'{text[(sign + 1)..]}' is not a weight: NAME=WEIGHT takes a number.");
    }

    /// <summary>The value of an option that takes <c>FILE</c> or <c>FILE=WEIGHT</c>. A file of exactly this name is that file.</summary>
    /// <exception cref="UsageException">As for <see cref="Parse"/>.</exception>
    public static ExpertArgument ParseFile(string text) => File.Exists(text) ? new ExpertArgument(text, null) : Parse(text);
}
