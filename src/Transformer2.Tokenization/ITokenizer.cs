namespace Transformer2.Tokenization;

/// <summary>Text to token ids and back. Implementations are immutable and may be used by several threads at once.</summary>
public interface ITokenizer
{
    /// <summary>One more than the highest id. A model's embedding matrix may have more rows.</summary>
    int VocabularySize { get; }

    /// <summary>Ids that stand for no text, such as the beginning and the end of a message.</summary>
    IReadOnlySet<int> SpecialIds { get; }

    /// <summary>
    /// No token stands for more UTF-8 bytes of a text than this, so that a text of n bytes has at least n / this tokens; null where the
    /// tokenizer may drop or contract text without bound.
    /// </summary>
    int? MaxBytesPerToken { get; }

    /// <summary>Token ids of a text.</summary>
    /// <param name="text">The text. An unpaired surrogate counts as U+FFFD.</param>
    /// <param name="specialTokens">
    /// Whether a special or added token that is written out in the text becomes its id. Leave it off for text from outside: it can then
    /// never produce a special token.
    /// </param>
    /// <param name="addBos">Whether to add the tokens that the model expects around every text, as its tokenizer declares them.</param>
    /// <exception cref="TokenizerException">The vocabulary cannot express the text.</exception>
    IReadOnlyList<int> Encode(string text, bool specialTokens = false, bool addBos = false);

    /// <summary>
    /// Token ids of a text made of parts. Special tokens are recognised only where every character is from the template; apart from
    /// that the parts are encoded as the one text that they form.
    /// </summary>
    /// <param name="segments">The parts, in order.</param>
    /// <param name="addBos">As in <see cref="Encode(string, bool, bool)"/>.</param>
    /// <exception cref="TokenizerException">The vocabulary cannot express the text.</exception>
    IReadOnlyList<int> Encode(IReadOnlyList<TextSegment> segments, bool addBos = false);

    /// <summary>Text of token ids. Bytes that are not UTF-8 become U+FFFD; ids without a token add nothing.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="skipSpecial">Whether special tokens are left out.</param>
    string Decode(IEnumerable<int> ids, bool skipSpecial = false);

    /// <summary>The token as it is spelt in the vocabulary, or null when there is no such id.</summary>
    string? TokenText(int id);

    /// <summary>
    /// What an id adds to a text, special tokens and a leading space included; bytes that are part of a character become U+FFFD. Empty when there
    /// is no such id.
    /// </summary>
    string TextOf(int id);

    /// <summary>The id of a token by its spelling in the vocabulary, or null when there is none.</summary>
    int? TokenId(string token);

    /// <summary>A decoder for ids that arrive one by one.</summary>
    /// <param name="skipSpecial">Whether special tokens are left out.</param>
    StreamingDetokenizer CreateDetokenizer(bool skipSpecial = true);
}
