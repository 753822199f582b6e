using System.Runtime.CompilerServices;

namespace Transformer2.Tokenization.Jinja;

/// <summary>
/// Counts what the rendering on this thread does and makes, and ends it when that is too much. Whatever goes through a value or makes one
/// says so here, before it starts. Ambient, because collections compare and hash values, too, and pass nothing along.
/// </summary>
internal static class Work
{
    // The unit is a character made. A hostile template gets some 256 MB and a second or two; a megabyte of conversation takes a tenth of
    // it with the templates of published models.
    private const long Budget = 1L << 27;
    private const int StepCost = 40, ItemCost = 4;

    // A search is vectorised, but may compare all that it looks for at every place.
    private const int ReadAtOnce = 4, ComparedAtOnce = 32;

    [ThreadStatic]
    private static long? _left;

    /// <summary>Runs something with a budget of its own.</summary>
    public static T Bounded<T>(Func<T> render)
    {
        var outer = _left;
        _left = Budget;
        try
        {
            return render();
        }
        finally
        {
            _left = outer;
        }
    }

    /// <summary>Counts a step that may be within many others.</summary>
    public static void Enter()
    {
        Spend(StepCost);
        EnsureStack();
    }

    /// <summary>Counts steps of evaluation.</summary>
    public static void Steps(long count) => Spend(StepCost * count);

    /// <summary>Counts characters that are looked at.</summary>
    public static void Read(long length) => Spend(length / ReadAtOnce);

    /// <summary>Counts a search for a part in a text.</summary>
    public static void Search(long length, long sought) =>
        Read(Math.Max(length - sought, 0) * (1 + (sought / ComparedAtOnce)) + Math.Min(length, sought));

    /// <summary>Counts the items of a list that is to be made, and refuses too many of them.</summary>
    public static void Items(long count)
    {
        if (count > Operators.MaxItems)
            throw new ChatTemplateException($"A list of the chat template has more than {Operators.MaxItems} items.");
        Spend(StepCost + (ItemCost * Math.Max(count, 0)));
    }

    /// <summary>Counts characters that are made, or what takes as much.</summary>
    /// <exception cref="ChatTemplateException">The budget is used up. Outside of a rendering there is none.</exception>
    public static void Spend(long units)
    {
        if (_left is { } left && (_left = left - units) < 0)
            throw new ChatTemplateException("The chat template takes too many steps.");
    }

    /// <summary>Refuses what is nested so deeply that the thread's stack would not hold it.</summary>
    public static void EnsureStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw PythonText.TooDeep();
    }
}
