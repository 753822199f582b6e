namespace Transformer2.Tokenization.Jinja;

/// <summary>Parses a template into statements.</summary>
internal sealed class TemplateParser
{
    private readonly TokenStream tokens;
    private readonly ExpressionParser expressions;

    private TemplateParser(TokenStream tokens)
    {
        this.tokens = tokens;
        expressions = new ExpressionParser(tokens);
    }

    public static Body Parse(string source)
    {
        var tokens = new TokenStream(Lexer.Tokenize(source));
        var body = new TemplateParser(tokens).Block();
        return tokens.Current.Kind == TokenKind.End ? body : throw tokens.Error("unexpected end of a block");
    }

    /// <summary>Statements up to the end or one of the tags; the tag's name is left to be taken.</summary>
    private Body Block(params string[] endTags) => TokenStream.Nested(() =>
    {
        var statements = new List<Statement>();
        while (tokens.Current.Kind != TokenKind.End)
        {
            if (tokens.Current.Kind == TokenKind.Data)
            {
                statements.Add(new DataStatement(Text.Of(tokens.Take().Value)));
            }
            else if (tokens.Current.Kind == TokenKind.OutputBegin)
            {
                tokens.Take();
                statements.Add(new OutputStatement(expressions.TupleOrSingle()));
                tokens.Expect(TokenKind.OutputEnd);
            }
            else
            {
                tokens.Expect(TokenKind.BlockBegin);
                if (tokens.Current.Kind == TokenKind.Name && endTags.Contains(tokens.Current.Value))
                    return new Body(statements);
                statements.Add(Tag());
            }
        }
        return endTags.Length == 0 ? new Body(statements) : throw tokens.Error($"'{string.Join("' or '", endTags)}' is missing");
    });

    private Statement Tag()
    {
        var name = tokens.ExpectName();
        return name switch
        {
            "for" => For(),
            "if" => If(),
            "set" => Set(),
            "macro" => Macro(),
            "call" => Call(),
            "filter" => Filter(),
            "with" => With(),
            "break" => Ended(new JumpStatement(Flow.Break)),
            "continue" => Ended(new JumpStatement(Flow.Continue)),
            // Marks the assistant's part for training; it writes what it holds.
            "generation" => Closed("endgeneration"),
            _ => throw tokens.Error($"the tag '{name}' is not supported"),
        };
    }

    private ForStatement For()
    {
        var target = AssignmentTarget(withNamespace: false);
        if (!tokens.TakeName("in"))
            throw tokens.Error("'in' expected");
        var items = expressions.TupleOrSingle(withConditional: false);
        var condition = tokens.TakeName("if") ? expressions.Single() : null;
        if (tokens.IsName("recursive"))
            throw tokens.Error("a recursive loop is not supported");
        tokens.Expect(TokenKind.BlockEnd);
        var body = Block("else", "endfor");
        Body? otherwise = null;
        if (tokens.TakeName("else"))
        {
            tokens.Expect(TokenKind.BlockEnd);
            otherwise = Block("endfor");
        }
        tokens.Take();
        return Ended(new ForStatement(target, items, condition, body, otherwise));
    }

    private IfStatement If()
    {
        var branches = new List<(Expression, Body)>();
        do
        {
            var condition = expressions.TupleOrSingle();
            tokens.Expect(TokenKind.BlockEnd);
            branches.Add((condition, Block("elif", "else", "endif")));
        }
        while (tokens.TakeName("elif"));
        Body? otherwise = null;
        if (tokens.TakeName("else"))
        {
            tokens.Expect(TokenKind.BlockEnd);
            otherwise = Block("endif");
        }
        tokens.Take();
        return Ended(new IfStatement(branches, otherwise));
    }

    private Statement Set()
    {
        var target = AssignmentTarget(withNamespace: true);
        if (tokens.TakeOperator("="))
            return Ended(new SetStatement(target, expressions.TupleOrSingle()));
        var filters = new List<FilterExpression>();
        while (tokens.TakeOperator("|"))
            filters.Add(expressions.Filter(null));
        return new SetBlockStatement(target, filters, Closed("endset"));
    }

    private MacroStatement Macro()
    {
        var name = tokens.ExpectName();
        var parameters = Parameters();
        return new MacroStatement(name, parameters, Closed("endmacro"));
    }

    private CallStatement Call()
    {
        var parameters = tokens.IsOperator("(") ? Parameters() : [];
        if (expressions.Single() is not CallExpression call)
            throw tokens.Error("a call expected");
        return new CallStatement(call, new MacroStatement("caller", parameters, Closed("endcall")));
    }

    private FilterStatement Filter()
    {
        var filters = new List<FilterExpression>();
        do
            filters.Add(expressions.Filter(null));
        while (tokens.TakeOperator("|"));
        return new FilterStatement(filters, Closed("endfilter"));
    }

    private WithStatement With()
    {
        var variables = new List<(Target, Expression)>();
        while (tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (variables.Count > 0)
                tokens.ExpectOperator(",");
            var target = new VariableTarget(tokens.ExpectName());
            tokens.ExpectOperator("=");
            variables.Add((target, expressions.Single()));
        }
        return new WithStatement(variables, Closed("endwith"));
    }

    private List<Parameter> Parameters()
    {
        var parameters = new List<Parameter>();
        tokens.ExpectOperator("(");
        while (!tokens.TakeOperator(")"))
        {
            if (parameters.Count > 0)
                tokens.ExpectOperator(",");
            var name = tokens.ExpectName();
            parameters.Add(new Parameter(name, tokens.TakeOperator("=") ? expressions.Single() : null));
        }
        return parameters;
    }

    private Target AssignmentTarget(bool withNamespace)
    {
        var first = SingleTarget(withNamespace);
        if (!tokens.IsOperator(","))
            return first;
        var parts = new List<Target> { first };
        while (tokens.TakeOperator(","))
            parts.Add(SingleTarget(withNamespace));
        return new TupleTarget(parts);
    }

    private Target SingleTarget(bool withNamespace)
    {
        if (tokens.TakeOperator("("))
        {
            var inner = AssignmentTarget(withNamespace);
            tokens.ExpectOperator(")");
            return inner;
        }
        var name = tokens.ExpectName();
        return withNamespace && tokens.TakeOperator(".") ? new MemberTarget(name, tokens.ExpectName()) : new VariableTarget(name);
    }

    /// <summary>The rest of a tag, and everything up to the tag that closes it.</summary>
    private Body Closed(string endTag)
    {
        tokens.Expect(TokenKind.BlockEnd);
        var body = Block(endTag);
        tokens.Take();
        return Ended(body);
    }

    private T Ended<T>(T statement)
    {
        tokens.Expect(TokenKind.BlockEnd);
        return statement;
    }
}
