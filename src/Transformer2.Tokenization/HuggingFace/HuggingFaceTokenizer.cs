using System.Text;
using System.Text.Json;

namespace Transformer2.Tokenization;

/// <summary>
/// A tokenizer from a <c>tokenizer.json</c>: byte-pair encoding over bytes or, in SentencePiece's style, over characters with bytes as
/// fallback. Anything in the file that would change the ids and is not supported is an error.
/// </summary>
public sealed class HuggingFaceTokenizer : ITokenizer
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
    private readonly int _leadingSpacesToDrop;

    private HuggingFaceTokenizer(JsonElement root)
    {
        var modelElement = root.Require("model", JsonValueKind.Object);
        _ids = BpeReader.Vocabulary(modelElement);
        var added = AddedTokenReader.Read(root);
        SpecialIds = added.Where(t => t.IsSpecial).Select(t => t.Id).ToHashSet();
        _normalizer = PipelineReader.Normalizer(root.Find("normalizer"));
        (_preTokenizer, var byteLevel) = PipelineReader.PreTokenizer(root.Find("pre_tokenizer"));
        var options = BpeReader.Options(modelElement, _ids, byteLevel);
        _merges = BpeReader.Merges(modelElement, _ids, SpecialIds);
        _model = new BpeModel(options, _ids.Where(t => !SpecialIds.Contains(t.Value)).ToDictionary(StringComparer.Ordinal));
        _surroundings = PostProcessorReader.Read(root.Find("post_processor"));
        _rawTokens = new AddedTokenMatcher(added.Where(t => !t.Normalized).Select(t => (t.Content, t)));
        _normalizedTokens = new AddedTokenMatcher(added.Where(t => t.Normalized).Select(t => (Normalize(t.Content), t)));
        foreach (var token in added)
            _ids[token.Content] = token.Id;

        var decoder = DecoderReader.Read(root.Find("decoder"));
        _leadingSpacesToDrop = decoder.LeadingSpacesToDrop;
        var addedIds = added.Select(t => t.Id).ToHashSet();
        _spellings = new Dictionary<int, string>(_ids.Count);
        _bytes = new Dictionary<int, TokenBytes>(_ids.Count);
        foreach (var (spelling, id) in _ids)
        {
            if (!_spellings.TryAdd(id, spelling))
                throw new TokenizerException($"Two tokens have the id {id}: '{_spellings[id]}' and '{spelling}'.");
            _bytes[id] = decoder.Bytes(spelling, addedIds.Contains(id));
        }
        VocabularySize = _spellings.Keys.DefaultIfEmpty(-1).Max() + 1;
        var keepsText = _normalizer is null && _preTokenizer is not { DropsText: true }
            && !options.FuseUnknown && !added.Any(t => t.TrimLeft || t.TrimRight);
        // A character that is unknown has up to four bytes.
        MaxBytesPerToken = keepsText ? _ids.Max(t => Math.Max(4, Math.Max(Encoding.UTF8.GetByteCount(t.Key), _bytes[t.Value].Bytes.Length))) : null;
    }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public int? MaxBytesPerToken { get; }

    /// <inheritdoc/>
    public IReadOnlySet<int> SpecialIds { get; }

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="path">A tokenizer.json, or the directory it is in.</param>
    /// <exception cref="TokenizerException">The file is missing, malformed, or asks for something unsupported.</exception>
    public static HuggingFaceTokenizer Load(string path)
    {
        using var document = Json.Load(Directory.Exists(path) ? Path.Combine(path, "tokenizer.json") : path);
        try
        {
            return new HuggingFaceTokenizer(document.RootElement);
        }
        catch (InvalidOperationException e)
        {
            // What System.Text.Json says to an unpaired surrogate, and to members of something that is no object.
            throw new TokenizerException($"{path} is malformed: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(string text, bool specialTokens = false, bool addBos = false) =>
        Encode([new TextSegment(text, IsFromUser: !specialTokens)], addBos);

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(IReadOnlyList<TextSegment> segments, bool addBos = false)
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
    public int? TokenId(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    /// <inheritdoc/>
    public StreamingDetokenizer CreateDetokenizer(bool skipSpecial = true) => new(
        id => skipSpecial && SpecialIds.Contains(id) ? default : _bytes.GetValueOrDefault(id),
        _leadingSpacesToDrop);

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
