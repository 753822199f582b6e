namespace Transformer2.Tokenization;

/// <summary>Replaces every match of a pattern by a fixed text.</summary>
internal sealed class ReplaceNormalizer(IPattern pattern, string content) : INormalizer
{
    public MarkedText Normalize(MarkedText text)
    {
        var matches = pattern.Matches(text.Text.Span);
        if (matches.Count == 0)
            return text;
        Growth.Check(text.Length, text.Length + ((long)matches.Count * content.Length));
        var builder = new MarkedTextBuilder();
        var done = 0;
        foreach (var (start, length) in matches)
        {
            builder.Append(text.Slice(done, start - done));
            builder.Append(content, text.AnyFromUser(start, length));
            done = start + length;
        }
        builder.Append(text.Slice(done, text.Length - done));
        return builder.Build();
    }
}
