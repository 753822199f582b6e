namespace Transformer2.Tokenization;

/// <summary>Splits text into words, within which tokens are formed.</summary>
internal interface IPreTokenizer
{
    /// <summary>Whether characters may be missing from the words.</summary>
    bool DropsText { get; }

    void Split(Piece piece, List<Piece> output);
}

/// <summary>A part of a text on its way to becoming words.</summary>
/// <param name="Text">Its characters.</param>
/// <param name="IsFirst">Whether the whole text starts with it.</param>
internal readonly record struct Piece(ReadOnlyMemory<char> Text, bool IsFirst)
{
    public Piece Slice(int start, int length) => new(Text.Slice(start, length), IsFirst && start == 0);
}

/// <summary>Several pre-tokenizers, each splitting what the one before it left.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<IPreTokenizer> parts) : IPreTokenizer
{
    public bool DropsText => parts.Any(part => part.DropsText);

    public void Split(Piece piece, List<Piece> output)
    {
        List<Piece> current = [piece];
        foreach (var part in parts)
        {
            var split = new List<Piece>(current.Count);
            foreach (var word in current)
                part.Split(word, split);
            current = split;
        }
        output.AddRange(current);
    }
}
