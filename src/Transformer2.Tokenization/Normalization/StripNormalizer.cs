namespace Transformer2.Tokenization;

/// <summary>Takes white space off the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : INormalizer
{
    public MarkedText Normalize(MarkedText text)
    {
        var span = text.Text.Span;
        var (start, end) = (0, span.Length);
        while (left && start < end && char.IsWhiteSpace(span[start]))
            start++;
        while (right && end > start && char.IsWhiteSpace(span[end - 1]))
            end--;
        return text.Slice(start, end - start);
    }
}
