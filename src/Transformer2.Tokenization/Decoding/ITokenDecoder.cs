namespace Transformer2.Tokenization;

/// <summary>The way back from tokens to text.</summary>
internal interface ITokenDecoder
{
    /// <summary>What a token adds to the text, the start of the text aside.</summary>
    TokenBytes Bytes(string spelling, int id, bool isAdded);

    /// <summary>A decoder for one stream.</summary>
    StreamingDetokenizer Stream(Func<int, TokenBytes> bytesOf);
}
