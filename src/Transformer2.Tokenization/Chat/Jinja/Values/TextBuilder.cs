using System.Text;

namespace Transformer2.Tokenization.Jinja;

/// <summary>Collects a <see cref="Text"/>, neighbours of the same origin in one segment.</summary>
internal sealed class TextBuilder
{
    private readonly List<TextSegment> segments = [];
    private readonly StringBuilder current = new();
    private bool currentIsFromUser;
    private long length;

    public void Append(Text text)
    {
        foreach (var segment in text.Segments)
            Append(segment.Text, segment.IsFromUser);
    }

    public void Append(ReadOnlySpan<char> text, bool isFromUser)
    {
        if (text.IsEmpty)
            return;
        length += text.Length;
        if (length > Text.MaxLength)
            throw new ChatTemplateException($"The chat template makes a text of more than {Text.MaxLength} characters.");
        if (isFromUser != currentIsFromUser)
            EndSegment();
        currentIsFromUser = isFromUser;
        current.Append(text);
    }

    public Text Build()
    {
        EndSegment();
        return segments.Count == 0 ? Text.Empty : new Text([.. segments]);
    }

    private void EndSegment()
    {
        if (current.Length > 0)
            segments.Add(new TextSegment(current.ToString(), currentIsFromUser));
        current.Clear();
    }
}
