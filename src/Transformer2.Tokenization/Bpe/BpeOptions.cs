namespace Transformer2.Tokenization;

/// <summary>How a BPE model starts out from a word.</summary>
/// <param name="ByteLevel">Symbols are bytes, spelt in <see cref="ByteAlphabet"/>; otherwise they are characters.</param>
/// <param name="IgnoreMerges">A word that is in the vocabulary is one token, whatever the merges say.</param>
/// <param name="ByteFallback">Characters outside the vocabulary become the tokens of their bytes, such as <c>&lt;0x0A&gt;</c>.</param>
/// <param name="FuseUnknown">Neighbouring unknown characters become one unknown token.</param>
/// <param name="UnknownId">Stands for what cannot be expressed; without it that is an error.</param>
internal sealed record BpeOptions(bool ByteLevel, bool IgnoreMerges, bool ByteFallback, bool FuseUnknown, int? UnknownId);
