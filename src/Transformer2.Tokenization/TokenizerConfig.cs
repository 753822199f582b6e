using System.Text.Json;

namespace Transformer2.Tokenization;

/// <summary>What tokenizer_config.json (or special_tokens_map.json) says about a model, where it exists.</summary>
/// <param name="Tokens">Spellings of <c>bos_token</c>, <c>eos_token</c> and so on.</param>
internal sealed record TokenizerConfig(IReadOnlyDictionary<string, string> Tokens, IReadOnlyDictionary<string, string> ChatTemplates)
{
    private const string FileName = "tokenizer_config.json";
    private static readonly string[] TokenNames =
    [
        "bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token",
    ];

    public static TokenizerConfig Load(string directory)
    {
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        var templates = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in (string[])["special_tokens_map.json", FileName])
        {
            if (!File.Exists(Path.Combine(directory, file)))
                continue;
            using var document = Json.Load(Path.Combine(directory, file));
            ReadTokens(document.RootElement, tokens);
            if (document.RootElement.Find("chat_template") is { } template)
                ReadTemplates(template, templates);
        }
        var separate = Path.Combine(directory, "chat_template.jinja");
        if (File.Exists(separate))
            templates["default"] = Json.ReadText(separate);
        return new TokenizerConfig(tokens, templates);
    }

    public string? ChatTemplate(string name) => ChatTemplates.GetValueOrDefault(name);

    private static void ReadTokens(JsonElement root, Dictionary<string, string> tokens)
    {
        foreach (var name in TokenNames)
        {
            // A token is a string, or an object that describes it.
            if (root.Find(name) is { } token)
                tokens[name] = token.ValueKind == JsonValueKind.String ? token.GetString()! : token.Text("content");
        }
    }

    private static void ReadTemplates(JsonElement element, Dictionary<string, string> templates)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            templates["default"] = element.GetString()!;
            return;
        }
        if (element.ValueKind != JsonValueKind.Array)
            throw new TokenizerException("'chat_template' is neither a string nor a list.");
        foreach (var entry in element.EnumerateArray())
            templates[entry.Text("name")] = entry.Text("template");
    }
}
