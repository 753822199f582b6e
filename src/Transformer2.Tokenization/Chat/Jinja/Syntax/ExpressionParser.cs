using System.Globalization;
using System.Text;

namespace Transformer2.Tokenization.Jinja;

/// <summary>Parses expressions, with Jinja's precedence.</summary>
internal sealed class ExpressionParser(TokenStream tokens)
{
    // Operators in a row make a tree as deep as they are many.
    private const int MaxChain = 500;

    /// <summary>The names that the expressions read.</summary>
    public HashSet<string> Names { get; set; } = [];

    /// <summary>An expression; several with commas are a tuple.</summary>
    public Expression TupleOrSingle(bool withConditional = true)
    {
        var first = withConditional ? Single() : Or();
        if (!tokens.IsOperator(","))
            return first;
        var items = new List<Expression> { first };
        while (tokens.TakeOperator(",") && StartsExpression())
            items.Add(withConditional ? Single() : Or());
        return new ListExpression(items) { IsTuple = true };
    }

    public Expression Single() => tokens.Nested(() =>
    {
        var value = Or();
        while (tokens.TakeName("if"))
        {
            var condition = Or();
            value = new ConditionalExpression(condition, value, tokens.TakeName("else") ? Single() : null);
        }
        return value;
    });

    private Expression Or() => Chain(And, (left, right) => new LogicExpression(false, left, right), "or");

    private Expression And() => Chain(Not, (left, right) => new LogicExpression(true, left, right), "and");

    private Expression Not() => tokens.TakeName("not") ? tokens.Nested(() => new NotExpression(Not())) : Comparison();

    private Expression Comparison()
    {
        var first = Sum();
        var rest = new List<(string, Expression)>();
        while (ComparisonOperator() is { } operation)
            rest.Add((operation, Sum()));
        return rest.Count == 0 ? first : new ComparisonExpression(first, rest);
    }

    private string? ComparisonOperator()
    {
        if (tokens.Current.Kind == TokenKind.Operator && tokens.Current.Value is "==" or "!=" or "<" or "<=" or ">" or ">=")
            return tokens.Take().Value;
        if (tokens.TakeName("in"))
            return "in";
        if (!tokens.IsName("not") || !tokens.Following.Is(TokenKind.Name, "in"))
            return null;
        tokens.Take();
        tokens.Take();
        return "not in";
    }

    private Expression Sum() => Arithmetic(Concatenation, "+", "-");

    private Expression Concatenation()
    {
        var left = Product();
        for (var i = 0; tokens.TakeOperator("~"); i++)
            left = Limited(i, new ConcatExpression(left, Product()));
        return left;
    }

    private Expression Product() => Arithmetic(Power, "*", "/", "//", "%");

    private Expression Power() => Arithmetic(() => Unary(withFilters: true), "**");

    private Expression Unary(bool withFilters)
    {
        Expression value;
        if (tokens.IsOperator("-") || tokens.IsOperator("+"))
        {
            var isNegative = tokens.Take().Value == "-";
            value = new SignExpression(isNegative, tokens.Nested(() => Unary(withFilters: false)));
        }
        else
        {
            value = Postfix(Primary());
        }
        return withFilters ? Filtered(value) : value;
    }

    private Expression Primary()
    {
        var token = tokens.Take();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return token.Value switch
                {
                    "true" or "True" => new LiteralExpression(true),
                    "false" or "False" => new LiteralExpression(false),
                    "none" or "None" => new LiteralExpression(null),
                    _ => Name(token.Value),
                };
            case TokenKind.String:
                var text = new StringBuilder(token.Value);
                while (tokens.Current.Kind == TokenKind.String)
                    text.Append(tokens.Take().Value);
                return new LiteralExpression(Text.Of(text.ToString()));
            case TokenKind.Integer:
                // A leading zero without a letter is no prefix.
                return new LiteralExpression(WholeNumber.Parse(token.Value, token.Value is [_, >= 'A', ..] ? 0 : 10));
            case TokenKind.Float:
                return new LiteralExpression(double.Parse(token.Value, CultureInfo.InvariantCulture));
            case TokenKind.Operator when token.Value == "(":
                var inner = tokens.IsOperator(")") ? new ListExpression([]) { IsTuple = true } : TupleOrSingle();
                tokens.ExpectOperator(")");
                return inner;
            case TokenKind.Operator when token.Value == "[":
                return new ListExpression(Items("]", Single));
            case TokenKind.Operator when token.Value == "{":
                return new MapExpression(Items("}", Entry));
            default:
                throw tokens.Error($"an expression expected instead of '{token.Value}'");
        }
    }

    private NameExpression Name(string name)
    {
        Names.Add(name);
        return new NameExpression(name);
    }

    private (Expression Key, Expression Value) Entry()
    {
        var key = Single();
        tokens.ExpectOperator(":");
        return (key, Single());
    }

    private List<T> Items<T>(string close, Func<T> item)
    {
        var items = new List<T>();
        while (!tokens.TakeOperator(close))
        {
            if (items.Count > 0)
            {
                tokens.ExpectOperator(",");
                if (tokens.TakeOperator(close))
                    break;
            }
            items.Add(item());
        }
        return items;
    }

    private Expression Postfix(Expression value)
    {
        for (var i = 0; ; i++)
        {
            if (tokens.TakeOperator("."))
            {
                var token = tokens.Take();
                value = token.Kind switch
                {
                    TokenKind.Name => new MemberExpression(value, token.Value),
                    TokenKind.Integer when long.TryParse(token.Value, CultureInfo.InvariantCulture, out var index) =>
                        new SubscriptExpression(value, new LiteralExpression(index)),
                    _ => throw tokens.Error("a name expected after '.'"),
                };
            }
            else if (tokens.TakeOperator("["))
            {
                value = Subscript(value);
            }
            else if (tokens.IsOperator("("))
            {
                value = new CallExpression(value, CallArguments());
            }
            else
            {
                return value;
            }
            Limited(i, value);
        }
    }

    private Expression Subscript(Expression target)
    {
        var start = tokens.IsOperator(":") ? null : TupleOrSingle();
        if (start is not null && tokens.TakeOperator("]"))
            return new SubscriptExpression(target, start);
        tokens.ExpectOperator(":");
        var stop = tokens.IsOperator(":") || tokens.IsOperator("]") ? null : Single();
        var step = tokens.TakeOperator(":") && !tokens.IsOperator("]") ? Single() : null;
        tokens.ExpectOperator("]");
        return new SliceExpression(target, start, stop, step);
    }

    private Expression Filtered(Expression value)
    {
        for (var i = 0; ; i++)
        {
            if (tokens.TakeOperator("|"))
                value = Filter(value);
            else if (tokens.TakeName("is"))
                value = Test(value);
            else if (tokens.IsOperator("("))
                value = new CallExpression(value, CallArguments());
            else
                return value;
            Limited(i, value);
        }
    }

    /// <summary>A filter after its bar.</summary>
    public FilterExpression Filter(Expression? value) =>
        new(value, DottedName(), tokens.IsOperator("(") ? CallArguments() : ArgumentList.None);

    private Expression Test(Expression value)
    {
        var negated = tokens.TakeName("not");
        var name = DottedName();
        var arguments = ArgumentList.None;
        if (tokens.IsOperator("("))
            arguments = CallArguments();
        else if (StartsExpression() && !IsKeyword())
            arguments = new ArgumentList([Postfix(Primary())], []);
        var test = new TestExpression(value, name, arguments);
        return negated ? new NotExpression(test) : test;
    }

    public ArgumentList CallArguments()
    {
        tokens.ExpectOperator("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? items = null, entries = null;
        Items(")", () =>
        {
            if (items is null && entries is null && tokens.TakeOperator("*"))
            {
                items = Single();
            }
            else if (entries is null && tokens.TakeOperator("**"))
            {
                entries = Single();
            }
            else if (tokens.Current.Kind == TokenKind.Name && tokens.Following.Is(TokenKind.Operator, "="))
            {
                var name = tokens.Take().Value;
                tokens.Take();
                named.Add((name, Single()));
            }
            else
            {
                positional.Add(named.Count == 0 && items is null && entries is null
                    ? Single()
                    : throw tokens.Error("a positional argument after a named one"));
            }
            return true;
        });
        return named.Select(n => n.Item1).Distinct().Count() == named.Count
            ? new ArgumentList(positional, named) { Items = items, Entries = entries }
            : throw tokens.Error("an argument is given twice");
    }

    private string DottedName()
    {
        var names = new List<string> { tokens.ExpectName() };
        while (tokens.TakeOperator("."))
            names.Add(tokens.ExpectName());
        return string.Join('.', names);
    }

    private bool IsKeyword() =>
        tokens.Current.Kind == TokenKind.Name && tokens.Current.Value is "else" or "or" or "and" or "is" or "if" or "in" or "not";

    private bool StartsExpression() => tokens.Current.Kind switch
    {
        TokenKind.Name or TokenKind.String or TokenKind.Integer or TokenKind.Float => true,
        TokenKind.Operator => tokens.Current.Value is "(" or "[" or "{",
        _ => false,
    };

    private Expression Chain(Func<Expression> operand, Func<Expression, Expression, Expression> join, string keyword)
    {
        var left = operand();
        for (var i = 0; tokens.TakeName(keyword); i++)
            left = Limited(i, join(left, operand()));
        return left;
    }

    private Expression Arithmetic(Func<Expression> operand, params string[] operators)
    {
        var left = operand();
        for (var i = 0; tokens.Current.Kind == TokenKind.Operator && operators.Contains(tokens.Current.Value); i++)
            left = Limited(i, new ArithmeticExpression(tokens.Take().Value, left, operand()));
        return left;
    }

    private T Limited<T>(int length, T value) => length < MaxChain ? value : throw tokens.Error("an expression is too long");
}
