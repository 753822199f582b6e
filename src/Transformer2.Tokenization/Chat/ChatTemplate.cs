using System.Text.Json;
using Transformer2.Tokenization.Jinja;

namespace Transformer2.Tokenization;

/// <summary>
/// A model's chat template: a Jinja program that lays messages out as the model was trained on. It runs in an evaluator that knows
/// nothing but values of its own, with bounded steps, depth and output. Immutable.
/// </summary>
public sealed class ChatTemplate
{
    private const int MaxSourceLength = 1 << 20;
    private const string DefaultName = "default", ToolUseName = "tool_use";
    private readonly Template _template;
    private readonly IReadOnlyDictionary<string, string> _tokens;
    private readonly TimeProvider _clock;
    private Lazy<ChatTemplate>? _forTools;

    /// <summary>Parses a template.</summary>
    /// <param name="source">The Jinja source.</param>
    /// <param name="tokens">Variables that the template may trust, such as <c>bos_token</c> and <c>eos_token</c>.</param>
    /// <param name="clock">Tells the time to templates that ask for it.</param>
    /// <exception cref="ChatTemplateException">The source is not a template, or uses something unsupported.</exception>
    public ChatTemplate(string source, IReadOnlyDictionary<string, string>? tokens = null, TimeProvider? clock = null)
    {
        if (source.Length > MaxSourceLength)
            throw new ChatTemplateException($"The chat template has more than {MaxSourceLength} characters.");
        _template = TemplateParser.Parse(source);
        _tokens = tokens ?? new Dictionary<string, string>();
        _clock = clock ?? TimeProvider.System;
    }

    /// <summary>Reads a model's template, or gives null when the model has none.</summary>
    /// <param name="directory">Holds tokenizer_config.json, and chat_template.jinja or chat_template.json where the template is a file of its own.</param>
    /// <param name="name">
    /// Which one, of a model that has several. Without a name it is <c>default</c>, and for variables with <c>tools</c> that are not null
    /// it is <c>tool_use</c> where there is such a template.
    /// </param>
    /// <param name="clock">Tells the time to templates that ask for it.</param>
    /// <exception cref="ChatTemplateException">The template uses something unsupported.</exception>
    /// <exception cref="TokenizerException">tokenizer_config.json is malformed.</exception>
    public static ChatTemplate? Load(string directory, string? name = null, TimeProvider? clock = null)
    {
        var config = TokenizerConfig.Load(directory);
        if (config.ChatTemplate(name ?? DefaultName) is not { } source)
            return null;
        var template = new ChatTemplate(source, config.Tokens, clock);
        // Parsed when it is needed: what is wrong with it does not matter to a conversation without tools.
        if (name is null && config.ChatTemplate(ToolUseName) is { } forTools)
            template._forTools = new Lazy<ChatTemplate>(() => new ChatTemplate(forTools, config.Tokens, clock));
        return template;
    }

    /// <summary>Lays out messages.</summary>
    /// <param name="messages">The conversation so far.</param>
    /// <param name="addGenerationPrompt">Whether to end with what introduces the assistant's answer.</param>
    /// <param name="variables">Further variables: null, booleans, numbers, strings, lists, dictionaries by string, JSON elements.</param>
    /// <returns>The prompt, each part marked with where it is from.</returns>
    /// <exception cref="ChatTemplateException">The template refuses the messages, or fails.</exception>
    public IReadOnlyList<TextSegment> Render(
        IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true, IReadOnlyDictionary<string, object?>? variables = null)
    {
        var all = new Dictionary<string, object?>(variables ?? new Dictionary<string, object?>())
        {
            ["messages"] = messages,
            ["add_generation_prompt"] = addGenerationPrompt,
        };
        return Render(all);
    }

    /// <summary>Runs the template with exactly these variables, besides the tokens.</summary>
    /// <inheritdoc cref="Render(IReadOnlyList{ChatMessage}, bool, IReadOnlyDictionary{string, object})"/>
    public IReadOnlyList<TextSegment> Render(IReadOnlyDictionary<string, object?> variables) => Run(variables, _tokens).Segments;

    /// <summary>
    /// Runs the template with exactly these variables, which may replace the tokens. For looking at: a text does not say what in it is
    /// the caller's, so that it must not be encoded with special tokens.
    /// </summary>
    /// <param name="variables">As in <see cref="Render(IReadOnlyList{ChatMessage}, bool, IReadOnlyDictionary{string, object})"/>.</param>
    /// <exception cref="ChatTemplateException">The template refuses the messages, or fails.</exception>
    public string RenderText(IReadOnlyDictionary<string, object?> variables) =>
        Run(variables, _tokens.Where(token => !variables.ContainsKey(token.Key))).Value;

    private Text Run(IReadOnlyDictionary<string, object?> variables, IEnumerable<KeyValuePair<string, string>> tokens)
    {
        if (_forTools is not null && variables.GetValueOrDefault("tools") is not (null or JsonElement { ValueKind: JsonValueKind.Null }))
            return _forTools.Value.Run(variables, tokens);
        var scope = new Scope(null, new RenderContext(_clock));
        Globals.AddTo(scope);
        foreach (var name in (string[])["tools", "documents"])
            scope[name] = null;
        foreach (var (name, value) in variables)
            scope[name] = TemplateValues.FromUser(value);
        foreach (var (name, token) in tokens)
            scope[name] = Text.Of(token);
        return Work.Bounded(() => _template.Render(scope));
    }
}
