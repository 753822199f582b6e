namespace Transformer2.Tokenization;

/// <summary>Rewrites text before it is split. Where characters change, the result counts as the user's if any of its source does.</summary>
internal interface INormalizer
{
    MarkedText Normalize(MarkedText text);
}

/// <summary>Several normalizers, one after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<INormalizer> parts) : INormalizer
{
    public MarkedText Normalize(MarkedText text)
    {
        var current = text;
        foreach (var part in parts)
        {
            current = part.Normalize(current);
            Growth.Check(text.Length, current.Length);
        }
        return current;
    }
}

/// <summary>Puts a text in front of every text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : INormalizer
{
    public MarkedText Normalize(MarkedText text)
    {
        if (text.Length == 0)
            return text;
        if (text.IsAllFromUser)
            return new MarkedText(prefix + text.Text.ToString(), isFromUser: true);
        var builder = new MarkedTextBuilder();
        builder.Append(prefix, text.IsFromUser(0));
        builder.Append(text);
        return builder.Build();
    }
}
