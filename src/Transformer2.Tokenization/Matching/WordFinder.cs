using System.Buffers;
using System.Runtime.InteropServices;

namespace Transformer2.Tokenization;

/// <summary>
/// Finds words of a list: at each place the longest. An automaton of the reversed words (Aho and Corasick) goes through the text once,
/// from its end, so that the time does not depend on how many words there are and how they overlap.
/// </summary>
internal sealed class WordFinder : IPattern
{
    /// <summary>Far above any model's: all words of a list together.</summary>
    private const int MaxCharacters = 1 << 22;

    private const int Root = 0;
    private readonly Dictionary<long, int> _next = [];
    private readonly List<Node> _nodes = [new Node()];
    private readonly SearchValues<char> _lastCharacters;

    /// <exception cref="TokenizerException">There are more words than any model has.</exception>
    public WordFinder(IEnumerable<string> words)
    {
        var lastCharacters = new HashSet<char>();
        var characters = 0L;
        foreach (var word in words.Where(word => word.Length > 0))
        {
            if ((characters += word.Length) > MaxCharacters)
                throw new TokenizerException($"The added or user-defined tokens have more than {MaxCharacters} characters.");
            Add(word);
            lastCharacters.Add(word[^1]);
        }
        _lastCharacters = SearchValues.Create([.. lastCharacters]);
        LinkSuffixes();
    }

    /// <summary>Whether there is no word to find.</summary>
    public bool IsEmpty => _nodes.Count == 1;

    /// <inheritdoc/>
    public List<(int Start, int Length)> Matches(ReadOnlySpan<char> text) => Matches(text, barrier: null);

    /// <summary>The words in a text: the left-most, of those the longest, then the left-most after it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="barrier">Of which places no word may hold the character; null for none.</param>
    public List<(int Start, int Length)> Matches(ReadOnlySpan<char> text, Func<int, bool>? barrier)
    {
        var found = Starts(text, barrier);
        found.Reverse();
        var (kept, end) = (0, 0);
        for (var i = 0; i < found.Count; i++)
        {
            if (found[i].Start < end)
                continue;
            end = found[i].Start + found[i].Length;
            found[kept++] = found[i];
        }
        found.RemoveRange(kept, found.Count - kept);
        return found;
    }

    /// <summary>Each place where a word starts, from the end of the text, with the longest one.</summary>
    /// <inheritdoc cref="Matches(ReadOnlySpan{char}, Func{int, bool})"/>
    public List<(int Start, int Length)> Starts(ReadOnlySpan<char> text, Func<int, bool>? barrier)
    {
        var starts = new List<(int, int)>();
        var state = Root;
        for (var at = text.Length - 1; at >= 0; at--)
        {
            if (state == Root && (at = text[..(at + 1)].LastIndexOfAny(_lastCharacters)) < 0)
                break;
            state = barrier?.Invoke(at) is true ? Root : Step(state, text[at]);
            if (_nodes[state].Longest is > 0 and var length)
                starts.Add((at, length));
        }
        return starts;
    }

    private int Step(int state, char character)
    {
        int next;
        while (!_next.TryGetValue(Key(state, character), out next) && state != Root)
            state = _nodes[state].Suffix;
        return next;
    }

    private void Add(string word)
    {
        var state = Root;
        for (var at = word.Length - 1; at >= 0; at--)
        {
            ref var next = ref CollectionsMarshal.GetValueRefOrAddDefault(_next, Key(state, word[at]), out var exists);
            if (!exists)
            {
                next = _nodes.Count;
                _nodes.Add(new Node { Parent = state, Character = word[at], Depth = word.Length - at });
            }
            state = next;
        }
        CollectionsMarshal.AsSpan(_nodes)[state].Longest = word.Length;
    }

    /// <summary>Notes for each state the longest other one that is a suffix of it, and the longest word that is one.</summary>
    private void LinkSuffixes()
    {
        var nodes = CollectionsMarshal.AsSpan(_nodes);
        foreach (var state in Enumerable.Range(1, _nodes.Count - 1).OrderBy(state => _nodes[state].Depth))
        {
            ref var node = ref nodes[state];
            node.Suffix = node.Parent == Root ? Root : Step(nodes[node.Parent].Suffix, node.Character);
            node.Longest = Math.Max(node.Longest, nodes[node.Suffix].Longest);
        }
    }

    private static long Key(int state, char character) => ((long)state << 16) | character;

    private struct Node
    {
        public int Parent, Depth, Suffix, Longest;
        public char Character;
    }
}
