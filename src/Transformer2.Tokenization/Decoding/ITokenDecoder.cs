namespace Transformer2.Tokenization;

/// <summary>The way back from tokens to text.</summary>
internal interface ITokenDecoder
{
    /// <summary>What a token adds to the text.</summary>
    TokenBytes Bytes(string spelling, int id, bool isAdded);

    /// <summary>A decoder for one stream.</summary>
    /// <param name="bytesOf">What <see cref="Bytes"/> gave for an id, or null when it adds nothing.</param>
    StreamingDetokenizer Stream(Func<int, TokenBytes?> bytesOf);
}
