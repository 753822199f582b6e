using System.Runtime.CompilerServices;

namespace Transformer2.Tokenization.Jinja;

/// <summary>What one rendering may use and has used.</summary>
internal sealed class RenderContext(TimeProvider clock)
{
    // A conversation of a megabyte takes well below a million steps with the templates of published models.
    private const long MaxSteps = 5_000_000;
    private long _steps;

    public TimeProvider Clock { get; } = clock;

    /// <summary>Counts a step and what it made.</summary>
    public void Spend(object? made = null)
    {
        _steps += 1 + (made switch
        {
            Text text => text.Length >> 6,
            IReadOnlyList<object?> list => list.Count >> 2,
            Range range => range.Count >> 2,
            _ => 0,
        });
        if (_steps > MaxSteps)
            throw new ChatTemplateException("The chat template takes too many steps.");
        EnsureStack();
    }

    /// <summary>Refuses what is nested so deeply that the thread's stack would not hold it.</summary>
    public static void EnsureStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw PythonText.TooDeep();
    }
}
