namespace Transformer2.Tokenization.Jinja;

/// <summary>Parses a template into statements.</summary>
internal sealed class TemplateParser
{
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;

    private TemplateParser(TokenStream tokens)
    {
        _tokens = tokens;
        _expressions = new ExpressionParser(tokens);
    }

    public static Body Parse(string source)
    {
        var tokens = new TokenStream(Lexer.Tokenize(source));
        var body = new TemplateParser(tokens).Block();
        return tokens.Current.Kind == TokenKind.End ? body : throw tokens.Error("unexpected end of a block");
    }

    /// <summary>Statements up to the end or one of the tags; the tag's name is left to be taken.</summary>
    private Body Block(params string[] endTags) => _tokens.Nested(() =>
    {
        var statements = new List<Statement>();
        while (_tokens.Current.Kind != TokenKind.End)
        {
            if (_tokens.Current.Kind == TokenKind.Data)
            {
                statements.Add(new DataStatement(Text.Of(_tokens.Take().Value)));
            }
            else if (_tokens.Current.Kind == TokenKind.OutputBegin)
            {
                _tokens.Take();
                statements.Add(new OutputStatement(_expressions.TupleOrSingle()));
                _tokens.Expect(TokenKind.OutputEnd);
            }
            else
            {
                _tokens.Expect(TokenKind.BlockBegin);
                if (_tokens.Current.Kind == TokenKind.Name && endTags.Contains(_tokens.Current.Value))
                    return new Body(statements);
                statements.Add(Tag());
            }
        }
        return endTags.Length == 0 ? new Body(statements) : throw _tokens.Error($"'{string.Join("' or '", endTags)}' is missing");
    });

    private Statement Tag()
    {
        var name = _tokens.ExpectName();
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
            _ => throw _tokens.Error($"the tag '{name}' is not supported"),
        };
    }

    private ForStatement For()
    {
        var target = AssignmentTarget(withNamespace: false);
        if (!_tokens.TakeName("in"))
            throw _tokens.Error("'in' expected");
        var items = _expressions.TupleOrSingle(withConditional: false);
        var condition = _tokens.TakeName("if") ? _expressions.Single() : null;
        if (_tokens.IsName("recursive"))
            throw _tokens.Error("a recursive loop is not supported");
        _tokens.Expect(TokenKind.BlockEnd);
        var body = Block("else", "endfor");
        Body? otherwise = null;
        if (_tokens.TakeName("else"))
        {
            _tokens.Expect(TokenKind.BlockEnd);
            otherwise = Block("endfor");
        }
        _tokens.Take();
        return Ended(new ForStatement(target, items, condition, body, otherwise));
    }

    private IfStatement If()
    {
        var branches = new List<(Expression, Body)>();
        do
        {
            var condition = _expressions.TupleOrSingle();
            _tokens.Expect(TokenKind.BlockEnd);
            branches.Add((condition, Block("elif", "else", "endif")));
        }
        while (_tokens.TakeName("elif"));
        Body? otherwise = null;
        if (_tokens.TakeName("else"))
        {
            _tokens.Expect(TokenKind.BlockEnd);
            otherwise = Block("endif");
        }
        _tokens.Take();
        return Ended(new IfStatement(branches, otherwise));
    }

    private Statement Set()
    {
        var target = AssignmentTarget(withNamespace: true);
        if (_tokens.TakeOperator("="))
            return Ended(new SetStatement(target, _expressions.TupleOrSingle()));
        var filters = new List<FilterExpression>();
        while (_tokens.TakeOperator("|"))
            filters.Add(_expressions.Filter(null));
        return new SetBlockStatement(target, filters, Closed("endset"));
    }

    private MacroStatement Macro()
    {
        var name = _tokens.ExpectName();
        var parameters = Parameters();
        return new MacroStatement(name, parameters, Closed("endmacro"));
    }

    private CallStatement Call()
    {
        var parameters = _tokens.IsOperator("(") ? Parameters() : [];
        if (_expressions.Single() is not CallExpression call)
            throw _tokens.Error("a call expected");
        return new CallStatement(call, new MacroStatement("caller", parameters, Closed("endcall")));
    }

    private FilterStatement Filter()
    {
        var filters = new List<FilterExpression>();
        do
            filters.Add(_expressions.Filter(null));
        while (_tokens.TakeOperator("|"));
        return new FilterStatement(filters, Closed("endfilter"));
    }

    private WithStatement With()
    {
        var variables = new List<(Target, Expression)>();
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (variables.Count > 0)
                _tokens.ExpectOperator(",");
            var target = new VariableTarget(_tokens.ExpectName());
            _tokens.ExpectOperator("=");
            variables.Add((target, _expressions.Single()));
        }
        return new WithStatement(variables, Closed("endwith"));
    }

    private List<Parameter> Parameters()
    {
        var parameters = new List<Parameter>();
        _tokens.ExpectOperator("(");
        while (!_tokens.TakeOperator(")"))
        {
            if (parameters.Count > 0)
                _tokens.ExpectOperator(",");
            var name = _tokens.ExpectName();
            parameters.Add(new Parameter(name, _tokens.TakeOperator("=") ? _expressions.Single() : null));
        }
        return parameters;
    }

    private Target AssignmentTarget(bool withNamespace)
    {
        var first = SingleTarget(withNamespace);
        if (!_tokens.IsOperator(","))
            return first;
        var parts = new List<Target> { first };
        while (_tokens.TakeOperator(","))
            parts.Add(SingleTarget(withNamespace));
        return new TupleTarget(parts);
    }

    private Target SingleTarget(bool withNamespace)
    {
        if (_tokens.TakeOperator("("))
        {
            var inner = AssignmentTarget(withNamespace);
            _tokens.ExpectOperator(")");
            return inner;
        }
        var name = _tokens.ExpectName();
        return withNamespace && _tokens.TakeOperator(".") ? new MemberTarget(name, _tokens.ExpectName()) : new VariableTarget(name);
    }

    /// <summary>The rest of a tag, and everything up to the tag that closes it.</summary>
    private Body Closed(string endTag)
    {
        _tokens.Expect(TokenKind.BlockEnd);
        var body = Block(endTag);
        _tokens.Take();
        return Ended(body);
    }

    private T Ended<T>(T statement)
    {
        _tokens.Expect(TokenKind.BlockEnd);
        return statement;
    }
}
