namespace Transformer2.Tokenization;

/// <summary>Normalization Form C, keeping track of who wrote what.</summary>
internal sealed class NfcNormalizer : INormalizer
{
    public MarkedText Normalize(MarkedText text)
    {
        var span = text.Text.Span;
        if (!span.ContainsAnyInRange(CanonicalComposition.FirstAffected, char.MaxValue))
            return text;
        if (text.IsAllFromUser)
            return new MarkedText(CanonicalComposition.Compose(span), isFromUser: true);
        var builder = new MarkedTextBuilder();
        for (int start = 0, end; start < span.Length; start = end)
        {
            // No character below U+0300 ever joins the one before it, so the text falls apart there.
            end = start + 1;
            while (end < span.Length && span[end] >= CanonicalComposition.FirstAffected)
                end++;
            var composed = CanonicalComposition.Compose(span[start..end]);
            if (span[start..end].SequenceEqual(composed))
                builder.Append(text.Slice(start, end - start));
            else
                builder.Append(composed, text.AnyFromUser(start, end - start));
        }
        return builder.Build();
    }
}
