namespace Transformer2.Tokenization.Jinja;

/// <summary>Parses a template into statements.</summary>
internal sealed class TemplateParser
{
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private readonly List<BlockStatement> _blocks = [];
    private readonly HashSet<string> _blockNames = [];
    private int _loops;

    private TemplateParser(TokenStream tokens)
    {
        _tokens = tokens;
        _expressions = new ExpressionParser(tokens);
    }

    public static Template Parse(string source)
    {
        var tokens = new TokenStream(Lexer.Tokenize(source));
        var parser = new TemplateParser(tokens);
        var body = parser.Body();
        return tokens.Current.Kind == TokenKind.End ? new Template(body, parser._blocks) : throw tokens.Error("unexpected end of a block");
    }

    /// <summary>Statements up to the end or one of the tags; the tag's name is left to be taken.</summary>
    private Body Body(params string[] endTags) => _tokens.Nested(() =>
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
            "block" => Block(),
            "print" => Print(),
            "break" => Jump(Flow.Break),
            "continue" => Jump(Flow.Continue),
            // Marks the assistant's part for training; it writes what it holds.
            "generation" => Closed("endgeneration"),
            "include" or "import" or "from" or "extends" => throw _tokens.Error($"'{name}' is refused: a chat template is one file"),
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
        var isRecursive = _tokens.TakeName("recursive");
        _tokens.Expect(TokenKind.BlockEnd);
        _loops++;
        var body = Body("else", "endfor");
        _loops--;
        Body? otherwise = null;
        if (_tokens.TakeName("else"))
        {
            _tokens.Expect(TokenKind.BlockEnd);
            otherwise = Body("endfor");
        }
        _tokens.Take();
        return Ended(new ForStatement(target, items, condition, isRecursive, body, otherwise));
    }

    private JumpStatement Jump(Flow flow) => _loops > 0 ? Ended(new JumpStatement(flow)) : throw _tokens.Error("a jump outside of a loop");

    /// <summary>Parses what is called, so that no loop around it can be left from within.</summary>
    private Body OutsideLoops(Func<Body> parse)
    {
        var loops = _loops;
        _loops = 0;
        var body = parse();
        _loops = loops;
        return body;
    }

    private IfStatement If()
    {
        var branches = new List<(Expression, Body)>();
        do
        {
            var condition = _expressions.TupleOrSingle();
            _tokens.Expect(TokenKind.BlockEnd);
            branches.Add((condition, Body("elif", "else", "endif")));
        }
        while (_tokens.TakeName("elif"));
        Body? otherwise = null;
        if (_tokens.TakeName("else"))
        {
            _tokens.Expect(TokenKind.BlockEnd);
            otherwise = Body("endif");
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
        return Macro(name, Parameters(), "endmacro");
    }

    private MacroStatement Macro(string name, List<Parameter> parameters, string endTag)
    {
        var outer = _expressions.Names;
        _expressions.Names = [];
        var body = OutsideLoops(() => Closed(endTag));
        var macro = new MacroStatement(name, parameters, body, _expressions.Names);
        outer.UnionWith(_expressions.Names);
        _expressions.Names = outer;
        return macro;
    }

    private CallStatement Call()
    {
        var parameters = _tokens.IsOperator("(") ? Parameters() : [];
        if (_expressions.Single() is not CallExpression call)
            throw _tokens.Error("a call expected");
        return new CallStatement(call, Macro("caller", parameters, "endcall"));
    }

    private FilterStatement Filter()
    {
        var filters = new List<FilterExpression>();
        do
            filters.Add(_expressions.Filter(null));
        while (_tokens.TakeOperator("|"));
        return new FilterStatement(filters, Closed("endfilter"));
    }

    private BlockStatement Block()
    {
        var name = _tokens.ExpectName();
        if (!_blockNames.Add(name))
            throw _tokens.Error($"there are two blocks '{name}'");
        var isScoped = _tokens.TakeName("scoped");
        _tokens.Expect(TokenKind.BlockEnd);
        var body = OutsideLoops(() => Body("endblock"));
        _tokens.Take();
        _tokens.TakeName(name);
        var block = Ended(new BlockStatement(name, isScoped, body));
        _blocks.Add(block);
        return block;
    }

    private Body Print()
    {
        var values = new List<Statement>();
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (values.Count > 0)
                _tokens.ExpectOperator(",");
            values.Add(new OutputStatement(_expressions.Single()));
        }
        return Ended(new Body(values));
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
            var otherwise = _tokens.TakeOperator("=") ? _expressions.Single() : null;
            if (otherwise is null && parameters is [.., { Default: not null }])
                throw _tokens.Error("a parameter without default after one that has one");
            parameters.Add(new Parameter(name, otherwise));
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
        var body = Body(endTag);
        _tokens.Take();
        return Ended(body);
    }

    private T Ended<T>(T statement)
    {
        _tokens.Expect(TokenKind.BlockEnd);
        return statement;
    }
}
