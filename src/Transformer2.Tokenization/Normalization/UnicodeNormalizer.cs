using System.Text;

namespace Transformer2.Tokenization;

/// <summary>One of Unicode's normalization forms, keeping track of who wrote what.</summary>
internal sealed class UnicodeNormalizer(NormalizationForm form) : INormalizer
{
    public MarkedText Normalize(MarkedText text)
    {
        var span = text.Text.Span;
        if (!span.ContainsAnyInRange(UnicodeNormalization.FirstAffected(form), char.MaxValue))
            return text;
        if (text.IsAllFromUser)
            return new MarkedText(UnicodeNormalization.Normalize(span, form), isFromUser: true);
        var builder = new MarkedTextBuilder();
        for (int start = 0, end; start < span.Length; start = end)
        {
            // No character below U+0300 ever joins the one before it, so the text falls apart there.
            end = start + 1;
            while (end < span.Length && span[end] >= UnicodeNormalization.FirstJoining)
                end++;
            var normalized = UnicodeNormalization.Normalize(span[start..end], form);
            if (span[start..end].SequenceEqual(normalized))
                builder.Append(text.Slice(start, end - start));
            else
                builder.Append(normalized, text.AnyFromUser(start, end - start));
        }
        return builder.Build();
    }
}
