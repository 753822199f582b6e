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
        Read(directory, "special_tokens_map.json", root => ReadTokens(root, tokens));
        Read(directory, FileName, root =>
        {
            ReadTokens(root, tokens);
            ReadTemplates(root, templates);
        });
        // Written by multimodal models' processors, which repeat what the tokenizer says where that says anything.
        if (templates.Count == 0)
            Read(directory, "chat_template.json", root => ReadTemplates(root, templates));
        var separate = SeparateTemplates(directory);
        return new TokenizerConfig(tokens, separate.Count > 0 ? separate : templates);
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

    /// <summary>Templates in files of their own, which stand in for those of the configuration.</summary>
    private static Dictionary<string, string> SeparateTemplates(string directory)
    {
        const string Ending = ".jinja";
        var templates = new Dictionary<string, string>(StringComparer.Ordinal);
        var file = Path.Combine(directory, "chat_template" + Ending);
        if (File.Exists(file))
            templates["default"] = Json.ReadText(file);
        var folder = Path.Combine(directory, "additional_chat_templates");
        if (Directory.Exists(folder))
        {
            foreach (var other in Directory.EnumerateFiles(folder, "*" + Ending).Order(StringComparer.Ordinal))
                templates[Path.GetFileNameWithoutExtension(other)] = Json.ReadText(other);
        }
        return templates;
    }

    private static void Read(string directory, string file, Action<JsonElement> read)
    {
        var path = Path.Combine(directory, file);
        if (!File.Exists(path))
            return;
        using var document = Json.Load(path);
        try
        {
            read(document.RootElement);
        }
        catch (InvalidOperationException e)
        {
            // What System.Text.Json says to an unpaired surrogate.
            throw new TokenizerException($"{path} is malformed: {e.Message}", e);
        }
    }

    private static void ReadTemplates(JsonElement root, Dictionary<string, string> templates)
    {
        if (root.Find("chat_template") is not { } element)
            return;
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
