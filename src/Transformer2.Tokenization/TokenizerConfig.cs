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
        foreach (var file in (string[])["special_tokens_map.json", "tokenizer_config.json"])
        {
            if (!File.Exists(Path.Combine(directory, file)))
                continue;
            using var document = Json.Load(Path.Combine(directory, file));
            var root = document.RootElement;
            try
            {
                ReadTokens(root, tokens);
                if (file != "tokenizer_config.json")
                    continue;
                if (root.Find("chat_template") is { } template)
                    ReadTemplates(template, templates);
                result = result with
                {
                    AddedTokens = ReadAdded(root),
                    AddBos = OptionalFlag(root, "add_bos_token"),
                    AddEos = OptionalFlag(root, "add_eos_token"),
                    PrefixesFirstOnly = OptionalFlag(root, "legacy") is false,
                    MakesSurroundings = root.OptionalText("tokenizer_class")?.StartsWith("Llama", StringComparison.Ordinal) is true,
                };
            }
            catch (InvalidOperationException e)
            {
                // What System.Text.Json says to an unpaired surrogate.
                throw new TokenizerException($"{file} is malformed: {e.Message}", e);
            }
        }
        // A template in a file of its own comes before one in the configuration.
        var json = Path.Combine(directory, "chat_template.json");
        if (File.Exists(json))
        {
            using var document = Json.Load(json);
            ReadTemplates(document.RootElement.Require("chat_template", JsonValueKind.String), templates);
        }
        var separate = Path.Combine(directory, "chat_template.jinja");
        if (File.Exists(separate))
            templates[DefaultTemplate] = Json.ReadText(separate);
        return result;
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

    private static void ReadTemplates(JsonElement element, Dictionary<string, string> templates)
    {
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
