using System.CommandLine;
using System.Reflection;

namespace Transformer2.Benchmarks;

/// <summary>Where figures come from.</summary>
/// <param name="Machine">What they were measured on.</param>
/// <param name="Date">When, in UTC.</param>
/// <param name="Commit">What was measured, as it was built; null where it was not built in a repository.</param>
/// <param name="Options">What was asked for: every option of the verb with the value that held, defaults included.</param>
internal sealed record Origin(Machine Machine, DateTimeOffset Date, string? Commit, IReadOnlyDictionary<string, object?> Options)
{
    /// <summary>That of a verb that runs now.</summary>
    public static Origin Of(ParseResult parsed) => new(Machine.Here, DateTimeOffset.UtcNow, BuiltCommit(), EffectiveOptions(parsed));

    // The SDK writes version+commit.
    private static string? BuiltCommit() =>
        typeof(Origin).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+') is [_, var commit] ? commit : null;

    private static Dictionary<string, object?> EffectiveOptions(ParseResult parsed)
    {
        // Options are of different types, and only the generic method knows defaults and what was written alike.
        var get = typeof(ParseResult).GetMethods().Single(method =>
            method.Name == nameof(ParseResult.GetValue) && method.GetParameters()[0].ParameterType is { IsGenericType: true } type
            && type.GetGenericTypeDefinition() == typeof(Option<>));
        return parsed.CommandResult.Command.Options
            .Where(option => option.GetType() is { IsGenericType: true })
            .ToDictionary(option => option.Name, option => get.MakeGenericMethod(option.ValueType).Invoke(parsed, [option]));
    }
}
