namespace Transformer2.Tokenization;

/// <summary>
/// Finds the file that a model's tokenizer is in and hands it to the reader of its kind: <c>tokenizer.json</c>, <c>tokenizer.model</c> or
/// <c>*.tiktoken</c>. Anything in a file that would change the ids and is not supported is an error.
/// </summary>
public static class TokenizerFile
{
    private const string JsonName = "tokenizer.json", JsonEnding = ".json", ModelEnding = ".model", TiktokenEnding = ".tiktoken";

    /// <summary>The name of a SentencePiece model, and of Llama 3's tiktoken file.</summary>
    internal const string ModelName = "tokenizer.model";

    /// <summary>Reads a tokenizer, with the tokenizer_config.json and special_tokens_map.json beside it where they exist.</summary>
    /// <param name="path">
    /// A folder with a tokenizer.json or, without one, a tokenizer.model or a *.tiktoken file; or such a file.
    /// </param>
    /// <exception cref="TokenizerException">The file is missing, malformed, or asks for something unsupported.</exception>
    public static ITokenizer Load(string path) => Read(path);

    /// <inheritdoc cref="Load"/>
    internal static BpeTokenizer Read(string path)
    {
        var file = Directory.Exists(path) ? FileIn(path) : path;
        try
        {
            var config = TokenizerConfig.Load(Path.GetDirectoryName(Path.GetFullPath(file))!);
            return new BpeTokenizer(Parts(file, config), config);
        }
        catch (InvalidOperationException e)
        {
            // What System.Text.Json says to an unpaired surrogate, and to members of something that is no object.
            throw new TokenizerException($"{file} is malformed: {e.Message}", e);
        }
    }

    private static string FileIn(string directory)
    {
        foreach (var name in (string[])[JsonName, ModelName])
        {
            if (File.Exists(Path.Combine(directory, name)))
                return Path.Combine(directory, name);
        }
        return Directory.GetFiles(directory, "*" + TiktokenEnding) is [var only]
            ? only
            : throw new TokenizerException($"{directory} holds no {JsonName}, no {ModelName}, and not exactly one *{TiktokenEnding} file.");
    }

    private static TokenizerParts Parts(string file, TokenizerConfig config)
    {
        switch (Path.GetExtension(file).ToLowerInvariant())
        {
            case JsonEnding:
                using (var document = Json.Load(file))
                    return TokenizerJsonReader.Read(document.RootElement, config);
            case TiktokenEnding:
                return TiktokenReader.Read(Json.ReadBytes(file), Path.GetFileName(file), config);
            case ModelEnding:
                var bytes = Json.ReadBytes(file);
                // Llama 3 names its tiktoken file as if it were SentencePiece's.
                return TiktokenReader.Recognizes(bytes)
                    ? TiktokenReader.Read(bytes, Path.GetFileName(file), config)
                    : SentencePieceReader.Read(bytes, config);
            default:
                throw new TokenizerException(
                    $"{file} is neither a folder nor a file of a tokenizer: {JsonName}, {ModelName} or *{TiktokenEnding}.");
        }
    }
}
