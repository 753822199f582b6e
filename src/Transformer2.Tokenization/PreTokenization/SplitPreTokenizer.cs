namespace Transformer2.Tokenization;

/// <summary>What becomes of the matches of a pattern that splits text.</summary>
internal enum SplitBehavior
{
    /// <summary>They are left out.</summary>
    Removed,

    /// <summary>Each is a word.</summary>
    Isolated,

    /// <summary>Each ends the word before it.</summary>
    MergedWithPrevious,

    /// <summary>Each starts the word after it.</summary>
    MergedWithNext,

    /// <summary>Neighbouring matches are one word.</summary>
    Contiguous,
}

/// <summary>Splits by a pattern.</summary>
/// <param name="pattern">What to look for.</param>
/// <param name="behavior">What becomes of the matches.</param>
/// <param name="invert">The text between the matches counts as match, and the other way round.</param>
internal sealed class SplitPreTokenizer(IPattern pattern, SplitBehavior behavior, bool invert = false) : IPreTokenizer
{
    public bool DropsText => behavior == SplitBehavior.Removed;

    public void Split(Piece piece, List<Piece> output)
    {
        (int Start, int End, bool IsMatch)? pending = null;
        var done = 0;
        foreach (var (start, length) in pattern.Matches(piece.Text.Span))
        {
            Next(done, start, invert);
            Next(start, start + length, !invert);
            done = start + length;
        }
        Next(done, piece.Text.Length, invert);
        Emit();

        void Next(int start, int end, bool isMatch)
        {
            if (start == end)
                return;
            if (pending is { } before && Joins(before.IsMatch, isMatch))
            {
                pending = (before.Start, end, isMatch);
                return;
            }
            Emit();
            pending = (start, end, isMatch);
        }

        void Emit()
        {
            if (pending is { } word && !(word.IsMatch && behavior == SplitBehavior.Removed))
                output.Add(piece.Slice(word.Start, word.End - word.Start));
            pending = null;
        }
    }

    private bool Joins(bool before, bool now) => behavior switch
    {
        SplitBehavior.MergedWithPrevious => now && !before,
        SplitBehavior.MergedWithNext => before && !now,
        SplitBehavior.Contiguous => before == now,
        _ => false,
    };
}
