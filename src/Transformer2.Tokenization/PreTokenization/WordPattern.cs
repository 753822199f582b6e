using System.Text;

namespace Transformer2.Tokenization;

/// <summary>Runs of word characters, and runs of what is neither those nor white space: <c>\w+|[^\w\s]+</c>.</summary>
internal sealed class WordPattern : IPattern
{
    private enum Kind
    {
        Space,
        Word,
        Other,
    }

    public List<(int Start, int Length)> Matches(ReadOnlySpan<char> text)
    {
        var matches = new List<(int, int)>();
        var (run, start, at) = (Kind.Space, 0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            var kind = Of(rune);
            if (kind != run)
            {
                End();
                (run, start) = (kind, at);
            }
            at += rune.Utf16SequenceLength;
        }
        End();
        return matches;

        void End()
        {
            if (run != Kind.Space)
                matches.Add((start, at - start));
        }
    }

    private static Kind Of(Rune rune) => CharacterClasses.IsWord(rune) ? Kind.Word : Rune.IsWhiteSpace(rune) ? Kind.Space : Kind.Other;
}
