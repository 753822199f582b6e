using System.Text.RegularExpressions;

namespace Transformer2.Tokenization.Jinja;

/// <summary>Cuts a line into shorter ones between words, as Python's <c>textwrap</c> does.</summary>
internal sealed partial class LineWrapper
{
    private readonly int _width;
    private readonly bool _breaksWords;
    private readonly bool _breaksAtHyphens;

    public LineWrapper(int width, bool breaksWords, bool breaksAtHyphens)
    {
        if (width <= 0)
            throw new ChatTemplateException("Lines are wrapped to a width of at least 1.");
        (_width, _breaksWords, _breaksAtHyphens) = (width, breaksWords, breaksAtHyphens);
    }

    public IEnumerable<Text> Wrap(Text line)
    {
        Work.Spend(TextRewriter.CharacterCost * line.Length);
        var chunks = new Stack<Chunk>((_breaksAtHyphens ? Words() : WordsAndSpaces()).Matches(line.Value)
            .Select(match => new Chunk(line.Value, match.Index, match.Length)).Reverse());
        var isFirst = true;
        while (chunks.Count > 0)
        {
            if (!isFirst && chunks.Peek().IsSpace)
                chunks.Pop();
            var row = new List<Chunk>();
            var free = _width;
            while (chunks.TryPeek(out var next) && next.Count <= free)
            {
                row.Add(chunks.Pop());
                free -= next.Count;
            }
            if (chunks.TryPeek(out var word) && word.Count > _width)
                AddLongWord(chunks, row, free);
            if (row.Count > 0 && row[^1].IsSpace)
                row.RemoveAt(row.Count - 1);
            if (row.Count == 0)
                continue;
            isFirst = false;
            yield return line.Slice(row[0].Start, row[^1].End - row[0].Start);
        }
    }

    /// <summary>Adds to a row what fits of a word that fits in none.</summary>
    private void AddLongWord(Stack<Chunk> chunks, List<Chunk> row, int free)
    {
        if (!_breaksWords)
        {
            if (row.Count == 0)
                row.Add(chunks.Pop());
            return;
        }
        var word = chunks.Pop();
        var start = word.Cut(free).First;
        var hyphen = _breaksAtHyphens ? start.Value.LastIndexOf('-') : -1;
        var (taken, rest) = hyphen > 0 && start.Value[..hyphen].ContainsAnyExcept('-')
            ? word.Cut(CodePoints.Count(start.Value[..hyphen]) + 1)
            : word.Cut(free);
        row.Add(taken);
        chunks.Push(rest);
    }

    /// <summary>A part of the line that is kept together, and how many code points it has.</summary>
    private readonly record struct Chunk(string Line, int Start, int Length, int Count)
    {
        public Chunk(string line, int start, int length)
            : this(line, start, length, CodePoints.Count(line.AsSpan(start, length)))
        {
        }

        public int End => Start + Length;

        public ReadOnlySpan<char> Value => Line.AsSpan(Start, Length);

        /// <summary>Whether it is white space, or empty.</summary>
        public bool IsSpace => Length == 0 || Strings.IsSpace(Line[Start]) && Value.Trim().IsEmpty;

        /// <summary>Cuts after so many code points.</summary>
        public (Chunk First, Chunk Remainder) Cut(int count)
        {
            var length = CodePoints.ToOffset(Value, count);
            return (new Chunk(Line, Start, length, count), new Chunk(Line, Start + length, Length - length, Count - count));
        }
    }

    // The expressions of Python's textwrap: white space, dashes between words, and words up to a hyphen between letters.
    [GeneratedRegex("""
        [\t\n\v\f\r\ ]+
        | (?<=[\w!"'&.,?]) -{2,} (?=\w)
        | [^\t\n\v\f\r\ ]+?
          (?: -(?: (?<=[^\d\W]{2}-) | (?<=[^\d\W]-[^\d\W]-)) (?= [^\d\W] -? [^\d\W])
            | (?=[\t\n\v\f\r\ ]|\z)
            | (?<=[\w!"'&.,?]) (?=-{2,}\w)
          )
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Words();

    [GeneratedRegex(@"[\t\n\v\f\r ]+|[^\t\n\v\f\r ]+")]
    private static partial Regex WordsAndSpaces();
}
