using System.CommandLine;
using System.Globalization;

namespace Transformer2.Cli;

/// <summary>
/// Checks the values of all options before the parser converts them: its own messages name types of .NET, and it takes any number for an
/// enumeration and <c>0,1</c> for 1.
/// </summary>
internal static class OptionValues
{
    private static readonly Kind Whole = new(
        text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _), $"a whole number of at most {int.MaxValue}");

    private static readonly Kind Natural = new(
        text => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _), $"a whole number from 0 to {ulong.MaxValue}");

    private static readonly Kind Real = new(
        text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _), "a number");

    /// <summary>Adds the checks to a command and all below it.</summary>
    public static void CheckIn(Command command)
    {
        foreach (var option in command.Options)
        {
            if (KindOf(option.ValueType) is { } kind)
            {
                Check(option, kind);
            }
        }

        foreach (var subcommand in command.Subcommands)
        {
            CheckIn(subcommand);
        }
    }

    /// <summary>Lets an option take certain words only.</summary>
    public static void AcceptOnly(this Option<string> option, params string[] words)
    {
        option.CompletionSources.Add(words);
        Check(option, OneOf(words, StringComparer.Ordinal));
    }

    private static void Check(Option option, Kind kind) => option.Validators.Add(result =>
    {
        foreach (var token in result.Tokens.Where(token => !kind.Fits(token.Value)))
        {
            result.AddError($"{option.Name}: '{token.Value}' is not {kind.Name}.");
        }
    });

    // Null: any text will do, or none is taken.
    private static Kind? KindOf(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            _ when type == typeof(string) || type == typeof(string[]) || type == typeof(bool) || type == typeof(void) => null,
            _ when type == typeof(int) => Whole,
            _ when type == typeof(ulong) => Natural,
            _ when type == typeof(double) => Real,
            { IsEnum: true } => OneOf([.. Enum.GetNames(type).Select(name => name.ToLowerInvariant())], StringComparer.OrdinalIgnoreCase),
            _ => throw new NotSupportedException($"Options of {type} need a check of their own."),
        };
    }

    private static Kind OneOf(string[] words, StringComparer comparer) => new(
        text => words.Contains(text, comparer), $"{string.Join(", ", words[..^1])} or {words[^1]}");

    private sealed record Kind(Func<string, bool> Fits, string Name);
}
