namespace Transformer2.Tokenization.Jinja;

/// <summary>The tokens of a template with a position, as the parsers consume them.</summary>
internal sealed class TokenStream(List<Token> tokens)
{
    // What a stack holds depends on how the code was compiled; the same template is to be refused always.
    private const int MaxDepth = 1000;
    private int _at;
    private int _depth;

    public Token Current => tokens[_at];

    public Token Following => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    public Token Take() => tokens[_at == tokens.Count - 1 ? _at : _at++];

    public bool TakeOperator(string value) => TakeIf(TokenKind.Operator, value);

    public bool TakeName(string value) => TakeIf(TokenKind.Name, value);

    public bool IsOperator(string value) => Current.Is(TokenKind.Operator, value);

    public bool IsName(string value) => Current.Is(TokenKind.Name, value);

    public void ExpectOperator(string value)
    {
        if (!TakeOperator(value))
            throw Error($"'{value}' expected");
    }

    public string ExpectName() => Current.Kind == TokenKind.Name ? Take().Value : throw Error("a name expected");

    public void Expect(TokenKind kind)
    {
        if (Current.Kind != kind)
            throw Error($"{kind} expected");
        Take();
    }

    /// <summary>Parses something that may hold the like of itself.</summary>
    public T Nested<T>(Func<T> parse)
    {
        Work.EnsureStack();
        if (++_depth > MaxDepth)
            throw Error($"nested more than {MaxDepth} levels deep");
        var parsed = parse();
        _depth--;
        return parsed;
    }

    public ChatTemplateException Error(string what) =>
        new($"Line {Current.Line} of the chat template: {what}, at '{(Current.Value.Length > 0 ? Current.Value : Current.Kind)}'.");

    private bool TakeIf(TokenKind kind, string value)
    {
        if (!Current.Is(kind, value))
            return false;
        Take();
        return true;
    }
}
