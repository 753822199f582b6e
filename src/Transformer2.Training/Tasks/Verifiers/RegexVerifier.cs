using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Transformer2.Training.Tasks.Verifiers;

/// <summary>
/// A tenant's pattern. With a group named <c>answer</c>, what the last match has there is compared with the reference; without one, an answer that
/// matches is right. Patterns run without backtracking, so that time is linear in the answer whoever wrote either.
/// </summary>
public sealed class RegexVerifier : IVerifier
{
    /// <summary>Its name.</summary>
    public const string VerifierName = "regex";

    /// <summary>Most UTF-16 units of a pattern.</summary>
    public const int MaxPatternLength = 1000;

    private const string Group = "answer";
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(2);
    private readonly Regex _pattern;
    private readonly bool _compares;

    private RegexVerifier(Regex pattern)
    {
        _pattern = pattern;
        _compares = pattern.GetGroupNames().Contains(Group);
    }

    /// <inheritdoc/>
    public string Name => VerifierName;

    /// <summary>Settings: <c>pattern</c> (needed) and <c>ignoreCase</c> (false).</summary>
    internal static RegexVerifier From(VerifierSettings settings)
    {
        if (settings.Text("pattern", MaxPatternLength) is not { } pattern) throw settings.Fault("pattern", "is needed");
        var ignoreCase = settings.Flag("ignoreCase", false) ? RegexOptions.IgnoreCase : RegexOptions.None;
        return new RegexVerifier(Bounded("pattern", pattern, ignoreCase, settings));
    }

    /// <summary>A pattern whose time is linear in the text.</summary>
    internal static Regex Bounded(string setting, string pattern, RegexOptions options, VerifierSettings settings)
    {
        try
        {
            // The time limit is a second line: it ends a match, not the building of a pattern, whose size the runtime bounds.
            return new Regex(pattern, options | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, MaxTime);
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            throw settings.Fault(setting, $"is a regular expression without lookaround, backreferences or atomic groups, and small enough: {Texts.Shorten(fault.Message)}", fault);
        }
    }

    /// <inheritdoc/>
    public ValueTask<Verdict> Verify(TaskQuestion question, string answer, CancellationToken cancellationToken)
    {
        try
        {
            if (!_compares) return ValueTask.FromResult(Verdict.Of(_pattern.IsMatch(Texts.Tail(answer))));
            string? given = null;
            var started = Stopwatch.GetTimestamp();
            for (var match = _pattern.Match(Texts.Tail(answer)); match.Success; match = match.NextMatch())
            {
                // Each match is linear, all of them together are not.
                if (Stopwatch.GetElapsedTime(started) > MaxTime) return ValueTask.FromResult(Verdict.Of(false));
                if (match.Groups[Group] is { Success: true } group) given = group.Value;
            }

            return ValueTask.FromResult(Verdict.Of(given == question.Reference, given));
        }
        catch (RegexMatchTimeoutException)
        {
            return ValueTask.FromResult(Verdict.Of(false)); // linear, and still too long: the answer's length is what it is about
        }
    }
}
