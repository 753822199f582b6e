using System.Text.Json;

namespace Transformer2.Tokenization;

/// <summary>Reads a <c>tokenizer.json</c>.</summary>
internal static class TokenizerJsonReader
{
    public static TokenizerParts Read(JsonElement root, TokenizerConfig config)
    {
        var model = root.Require("model", JsonValueKind.Object);
        var vocabulary = BpeReader.Vocabulary(model);
        var added = AddedTokenReader.Read(root);
        var (preTokenizer, byteLevel) = PipelineReader.PreTokenizer(root.Find("pre_tokenizer"));
        return new TokenizerParts(
            vocabulary,
            vocabulary,
            added,
            PipelineReader.Normalizer(root.Find("normalizer")),
            preTokenizer,
            BpeReader.Options(model, vocabulary, byteLevel),
            BpeReader.Merges(model, vocabulary),
            Around(PostProcessorReader.Read(root.Find("post_processor")), config, added),
            DecoderReader.Read(root.Find("decoder")));
    }

    /// <summary>Hugging Face's Llama tokenizer makes the post-processor anew from the configuration, where that speaks of it.</summary>
    private static Surroundings Around(Surroundings written, TokenizerConfig config, List<AddedToken> added)
    {
        if (!config.MakesSurroundings || (config.AddBos ?? config.AddEos) is null)
            return written;
        return new(
            config.AddBos is null ? written.Before : One(config.AddBos.Value, "bos_token"),
            config.AddEos is null ? written.After : One(config.AddEos.Value, "eos_token"));

        int[] One(bool wanted, string name) =>
            wanted && config.Tokens.TryGetValue(name, out var token) && added.FirstOrDefault(t => t.Content == token) is { } found ? [found.Id] : [];
    }
}
