namespace Transformer2.Tokenization;

/// <summary>What a tokenizer is made of, whichever file it was read from.</summary>
/// <param name="Vocabulary">All tokens by spelling, those of <paramref name="Added"/> that have a spelling of their own aside.</param>
/// <param name="Reachable">The part of the vocabulary that text can become.</param>
/// <param name="Added">Tokens that are matched in the text as it stands.</param>
/// <param name="Normalizer">Rewrites the text first, or null.</param>
/// <param name="PreTokenizer">Splits the text into words, or null.</param>
/// <param name="Options">How the encoding of a word starts out.</param>
/// <param name="Merges">What joins within a word.</param>
/// <param name="Surroundings">Ids around every text.</param>
/// <param name="Decoder">The way back.</param>
internal sealed record TokenizerParts(
    Dictionary<string, int> Vocabulary,
    Dictionary<string, int> Reachable,
    IReadOnlyList<AddedToken> Added,
    INormalizer? Normalizer,
    IPreTokenizer? PreTokenizer,
    BpeOptions Options,
    MergeTable Merges,
    Surroundings Surroundings,
    ITokenDecoder Decoder)
{
    /// <summary>Words that are one token and join with nothing, by spelling.</summary>
    public IReadOnlyDictionary<string, int> FixedWords { get; init; } = new Dictionary<string, int>();

    /// <summary>Spellings of <c>bos_token</c> and <c>eos_token</c> where the file itself says what they are.</summary>
    public IReadOnlyDictionary<string, string> ImpliedTokens { get; init; } = new Dictionary<string, string>();
}
