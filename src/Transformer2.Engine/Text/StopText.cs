namespace Transformer2.Engine;

/// <summary>A text that ends answers, found while characters come one by one (Knuth, Morris and Pratt, 1977). Never changes: several answers may look for it.</summary>
internal sealed class StopText
{
    private readonly string _text;
    private readonly int[] _borders; // of its first 1, 2, … characters: how many of them they also end with, not counting all

    /// <param name="text">The text, not empty.</param>
    public StopText(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        _text = text;
        _borders = new int[text.Length];
        var border = 0;
        for (var i = 1; i < text.Length; i++) _borders[i] = border = Follow(border, text[i]);
    }

    /// <summary>Its characters.</summary>
    public int Length => _text.Length;

    /// <summary>Takes the next character.</summary>
    /// <param name="matched">With how much of the text the characters so far end; less than all.</param>
    /// <returns>Whether they now end with all of it.</returns>
    public bool Advance(ref int matched, char next)
    {
        matched = Follow(matched, next);
        if (matched < _text.Length) return false;
        matched = _borders[^1];
        return true;
    }

    private int Follow(int matched, char next)
    {
        while (matched > 0 && _text[matched] != next) matched = _borders[matched - 1];
        return _text[matched] == next ? matched + 1 : 0;
    }
}
