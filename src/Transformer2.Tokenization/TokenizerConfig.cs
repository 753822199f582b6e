using System.Globalization;
using System.Text.Json;

namespace Transformer2.Tokenization;

/// <summary>What tokenizer_config.json, special_tokens_map.json and the chat template's own files say about a model, where they exist.</summary>
/// <param name="Tokens">Spellings of <c>bos_token</c>, <c>eos_token</c> and so on.</param>
/// <param name="ChatTemplates">Templates by name.</param>
/// <param name="AddedTokens">The entries of <c>added_tokens_decoder</c>.</param>
internal sealed record TokenizerConfig(
    IReadOnlyDictionary<string, string> Tokens, IReadOnlyDictionary<string, string> ChatTemplates, IReadOnlyList<AddedToken> AddedTokens)
{
    private const string FileName = "tokenizer_config.json";
    private const string DefaultTemplate = "default";
    private static readonly string[] TokenNames =
    [
        "bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token",
    ];

    /// <summary>Whether a beginning token is added to every text, where the configuration says so.</summary>
    public bool? AddBos { get; private init; }

    /// <summary>Whether an end token is added to every text, where the configuration says so.</summary>
    public bool? AddEos { get; private init; }

    /// <summary>SentencePiece's dummy prefix is for the start of a text only, not for what follows a special token (<c>legacy</c> is false).</summary>
    public bool PrefixesFirstOnly { get; private init; }

    /// <summary>The tokenizer class is one that adds beginning and end as the configuration says, not as tokenizer.json does.</summary>
    public bool MakesSurroundings { get; private init; }

    public static TokenizerConfig Load(string directory)
    {
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        var templates = new Dictionary<string, string>(StringComparer.Ordinal);
        var result = new TokenizerConfig(tokens, templates, []);
        Read(directory, "special_tokens_map.json", root => ReadTokens(root, tokens));
        Read(directory, FileName, root =>
        {
            ReadTokens(root, tokens);
            ReadTemplates(root, templates);
            result = result with
            {
                AddedTokens = ReadAdded(root),
                AddBos = OptionalFlag(root, "add_bos_token"),
                AddEos = OptionalFlag(root, "add_eos_token"),
                PrefixesFirstOnly = OptionalFlag(root, "legacy") is false,
                MakesSurroundings = root.OptionalText("tokenizer_class")?.StartsWith("Llama", StringComparison.Ordinal) is true,
            };
        });
        // Written by multimodal models' processors, which repeat what the tokenizer says where that says anything.
        if (templates.Count == 0)
            Read(directory, "chat_template.json", root => ReadTemplates(root, templates));
        var separate = SeparateTemplates(directory);
        return separate.Count > 0 ? result with { ChatTemplates = separate } : result;
    }

    public string? ChatTemplate(string name) => ChatTemplates.GetValueOrDefault(name);

    /// <summary>
    /// Adds what the configuration declares to the tokens of the tokenizer's own file: flags of the configuration come first, ids of the
    /// file. A named token such as <c>eos_token</c> that is in the vocabulary is special.
    /// </summary>
    public List<AddedToken> Merge(IReadOnlyList<AddedToken> own, Dictionary<string, int> vocabulary)
    {
        var merged = own.ToList();
        var known = own.Select((token, i) => (token, i)).DistinctBy(t => t.token.Content).ToDictionary(t => t.token.Content, t => t.i, StringComparer.Ordinal);
        foreach (var token in AddedTokens)
        {
            if (known.TryGetValue(token.Content, out var at))
            {
                merged[at] = token with { Id = merged[at].Id, IsSpecial = merged[at].IsSpecial || (token.IsSpecial && !IsUnknown(token.Content)) };
                continue;
            }
            known[token.Content] = merged.Count;
            merged.Add(token with { Id = vocabulary.GetValueOrDefault(token.Content, token.Id) });
        }
        foreach (var token in Tokens.Values)
        {
            if (!known.ContainsKey(token) && !IsUnknown(token) && vocabulary.TryGetValue(token, out var id))
            {
                known[token] = merged.Count;
                merged.Add(new AddedToken(id, token, IsSpecial: true, false, false, false, Normalized: false));
            }
        }
        return merged;
    }

    // The unknown token stands for text: whether it is special is for the tokenizer's own file to say.
    private bool IsUnknown(string token) => Tokens.GetValueOrDefault("unk_token") == token
        && Tokens.GetValueOrDefault("bos_token") != token && Tokens.GetValueOrDefault("eos_token") != token;

    private static List<AddedToken> ReadAdded(JsonElement root)
    {
        if (root.Find("added_tokens_decoder") is null)
            return [];
        return [.. root.Require("added_tokens_decoder", JsonValueKind.Object).EnumerateObject()
            .Select(entry => AddedTokenReader.Token(entry.Value, Id(entry.Name)))
            .OrderBy(token => token.Id)];
    }

    private static int Id(string name) => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        ? id
        : throw new TokenizerException($"'{name}' in 'added_tokens_decoder' is not a token id.");

    private static bool? OptionalFlag(JsonElement root, string name) => root.Find(name) is null ? null : root.Flag(name);

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
            templates[DefaultTemplate] = Json.ReadText(file);
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
            templates[DefaultTemplate] = element.GetString()!;
            return;
        }
        if (element.ValueKind != JsonValueKind.Array)
            throw new TokenizerException("'chat_template' is neither a string nor a list.");
        foreach (var entry in element.EnumerateArray())
            templates[entry.Text("name")] = entry.Text("template");
    }
}
