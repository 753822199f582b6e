using System.Text;

namespace Transformer2.Tokenization;

/// <summary>
/// A tokenizer of parts: byte-pair encoding over bytes or, in SentencePiece's style, over characters with bytes as fallback, and the
/// steps before and after it.
/// </summary>
internal sealed class BpeTokenizer : ITokenizer
{
    private readonly INormalizer? _normalizer;
    private readonly IPreTokenizer? _preTokenizer;
    private readonly BpeModel _model;
    private readonly MergeTable _merges;
    private readonly Surroundings _surroundings;
    private readonly AddedTokenMatcher _rawTokens;
    private readonly AddedTokenMatcher _normalizedTokens;
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<int, string> _spellings;
    private readonly Dictionary<int, TokenBytes> _bytes;
    private readonly ITokenDecoder _decoder;

    public BpeTokenizer(TokenizerParts parts, TokenizerConfig config)
    {
        _ids = parts.Vocabulary.ToDictionary(StringComparer.Ordinal);
        var added = config.Merge(parts.Added, _ids);
        SpecialIds = added.Where(t => t.IsSpecial).Select(t => t.Id).ToHashSet();
        ImpliedTokens = parts.ImpliedTokens;
        _normalizer = parts.Normalizer;
        _preTokenizer = parts.PreTokenizer;
        _merges = parts.Merges.Without(SpecialIds);
        _model = new BpeModel(
            parts.Options, parts.Reachable.Where(t => !SpecialIds.Contains(t.Value)).ToDictionary(StringComparer.Ordinal), parts.FixedWords);
        _surroundings = parts.Surroundings;
        _rawTokens = new AddedTokenMatcher(added.Where(t => !t.Normalized).Select(t => (t.Content, t)));
        _normalizedTokens = MatchingTime.Bounded(
            added.Sum(t => (long)t.Content.Length), () => new AddedTokenMatcher(added.Where(t => t.Normalized).Select(t => (Normalize(t.Content), t))));
        foreach (var token in added)
            _ids[token.Content] = token.Id;

        _decoder = parts.Decoder;
        var addedIds = added.Select(t => t.Id).ToHashSet();
        _spellings = new Dictionary<int, string>(_ids.Count);
        _bytes = new Dictionary<int, TokenBytes>(_ids.Count);
        foreach (var (spelling, id) in _ids)
        {
            if (!_spellings.TryAdd(id, spelling))
                throw new TokenizerException($"Two tokens have the id {id}: '{_spellings[id]}' and '{spelling}'.");
            _bytes[id] = _decoder.Bytes(spelling, id, addedIds.Contains(id));
        }
        var highest = _spellings.Keys.DefaultIfEmpty(-1).Max();
        VocabularySize = highest < int.MaxValue ? highest + 1 : throw new TokenizerException($"The token id {highest} is too large.");
        var keepsText = _normalizer is null && _preTokenizer is not { DropsText: true }
            && !parts.Options.FuseUnknown && !added.Any(t => t.TrimLeft || t.TrimRight);
        // A character that is unknown has up to four bytes.
        MaxBytesPerToken = keepsText
            ? _ids.Select(t => Math.Max(4, Math.Max(Encoding.UTF8.GetByteCount(t.Key), _bytes[t.Value].Bytes.Length))).DefaultIfEmpty(4).Max()
            : null;
    }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public int? MaxBytesPerToken { get; }

    /// <inheritdoc/>
    public IReadOnlySet<int> SpecialIds { get; }

    /// <summary>Spellings of <c>bos_token</c> and <c>eos_token</c> where the file itself says what they are.</summary>
    public IReadOnlyDictionary<string, string> ImpliedTokens { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(string text, bool specialTokens = false, bool addBos = false) =>
        Encode([new TextSegment(text, IsFromUser: !specialTokens)], addBos);

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(IReadOnlyList<TextSegment> segments, bool addBos = false) =>
        MatchingTime.Bounded(segments.Sum(s => (long)s.Text.Length), () => EncodeWhole(segments, addBos));

    private List<int> EncodeWhole(IReadOnlyList<TextSegment> segments, bool addBos)
    {
        var output = new List<int>();
        if (addBos)
            output.AddRange(_surroundings.Before);
        var buffer = new MergeBuffer(_merges);
        var isFirst = true;
        foreach (var (raw, token) in _rawTokens.Split(MarkedText.Join(segments)))
        {
            if (token is not null)
                output.Add(token.Id);
            else
                EncodeNormalized(_normalizer is null ? raw : _normalizer.Normalize(raw), isFirst, buffer, output);
            isFirst = false;
        }
        if (addBos)
            output.AddRange(_surroundings.After);
        return output;
    }

    /// <inheritdoc/>
    public string Decode(IEnumerable<int> ids, bool skipSpecial = false)
    {
        var detokenizer = CreateDetokenizer(skipSpecial);
        return string.Concat(ids.Select(detokenizer.Append).Append(null)) + detokenizer.Flush();
    }

    /// <inheritdoc/>
    public string? TokenText(int id) => _spellings.GetValueOrDefault(id);

    /// <inheritdoc/>
    public string TextOf(int id) => Encoding.UTF8.GetString(_bytes.GetValueOrDefault(id).Bytes.Span);

    /// <inheritdoc/>
    public int? TokenId(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    /// <inheritdoc/>
    public StreamingDetokenizer CreateDetokenizer(bool skipSpecial = true) =>
        _decoder.Stream(id => !(skipSpecial && SpecialIds.Contains(id)) && _bytes.TryGetValue(id, out var bytes) ? bytes : null);

    private string Normalize(string text) =>
        _normalizer is null ? text : _normalizer.Normalize(new MarkedText(text, isFromUser: false)).Text.ToString();

    private void EncodeNormalized(MarkedText text, bool isFirst, MergeBuffer buffer, List<int> output)
    {
        var words = new List<Piece>();
        foreach (var (part, token) in _normalizedTokens.Split(text))
        {
            if (token is not null)
            {
                output.Add(token.Id);
            }
            else
            {
                words.Clear();
                var piece = new Piece(part.Text, isFirst);
                if (_preTokenizer is null)
                    words.Add(piece);
                else
                    _preTokenizer.Split(piece, words);
                foreach (var word in words)
                    _model.Encode(word.Text.Span, buffer, output);
            }
            isFirst = false;
        }
    }
}
