using System.Text.Json;

namespace Transformer2.Tokenization;

/// <summary>Reads the <c>model</c> of a tokenizer.json.</summary>
internal static class BpeReader
{
    public static Dictionary<string, int> Vocabulary(JsonElement model)
    {
        var entries = model.Require("vocab", JsonValueKind.Object);
        var vocabulary = new Dictionary<string, int>(entries.GetPropertyCount(), StringComparer.Ordinal);
        foreach (var entry in entries.EnumerateObject())
            vocabulary[entry.Name] = entry.Value.AsInteger("vocab");
        return vocabulary;
    }

    public static BpeOptions Options(JsonElement model, Dictionary<string, int> vocabulary, bool byteLevel)
    {
        // Files of before 0.20 leave the type out.
        if ((model.OptionalText("type") ?? "BPE") != "BPE")
            throw new TokenizerException($"The tokenizer model '{model.Text("type")}' is not supported.");
        if (model.Find("dropout") is { ValueKind: JsonValueKind.Number } dropout && dropout.GetDouble() != 0)
            throw new TokenizerException("BPE dropout is not supported.");
        foreach (var affix in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (!string.IsNullOrEmpty(model.OptionalText(affix)))
                throw new TokenizerException($"BPE with '{affix}' is not supported.");
        }
        int? unknown = model.OptionalText("unk_token") is not { } token ? null
            : vocabulary.TryGetValue(token, out var id) ? id
            : throw new TokenizerException($"The unknown token '{token}' is not in the vocabulary.");
        return new BpeOptions(byteLevel, model.Flag("ignore_merges"), model.Flag("byte_fallback"), model.Flag("fuse_unk"), unknown);
    }

    public static MergeTable Merges(JsonElement model, Dictionary<string, int> vocabulary)
    {
        var merges = model.Require("merges", JsonValueKind.Array);
        var table = new MergeTable(merges.GetArrayLength());
        var rank = 0;
        foreach (var merge in merges.EnumerateArray())
        {
            var (left, right) = Pair(merge);
            var joined = Id(left + right);
            table.Add(Id(left), Id(right), rank++, joined);
        }
        return table;

        int Id(string token) => vocabulary.TryGetValue(token, out var id)
            ? id
            : throw new TokenizerException($"The merge token '{token}' is not in the vocabulary.");
    }

    private static (string Left, string Right) Pair(JsonElement merge)
    {
        var parts = merge.ValueKind switch
        {
            JsonValueKind.String => merge.GetString()!.Split(' '),
            JsonValueKind.Array when merge.EnumerateArray().All(p => p.ValueKind == JsonValueKind.String) =>
                [.. merge.EnumerateArray().Select(p => p.GetString()!)],
            _ => [],
        };
        return parts.Length == 2 ? (parts[0], parts[1]) : throw new TokenizerException($"Not a merge of two tokens: {merge}");
    }
}
