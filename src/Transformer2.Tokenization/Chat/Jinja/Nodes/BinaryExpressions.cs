namespace Transformer2.Tokenization.Jinja;

/// <summary><c>and</c> and <c>or</c>: the operand that decides, not a boolean.</summary>
internal sealed record LogicExpression(bool IsAnd, Expression Left, Expression Right) : Expression
{
    protected override object? Compute(Scope scope)
    {
        var left = Left.Evaluate(scope);
        return Operators.IsTrue(left) == IsAnd ? Right.Evaluate(scope) : left;
    }
}

/// <summary>Arithmetic, and what <c>+</c> and <c>*</c> mean for strings and lists.</summary>
internal sealed record ArithmeticExpression(string Operation, Expression Left, Expression Right) : Expression
{
    protected override object? Compute(Scope scope)
    {
        var (left, right) = (Left.Evaluate(scope), Right.Evaluate(scope));
        return Operation switch
        {
            "+" => Operators.Add(left, right),
            "*" => Operators.Multiply(left, right),
            "%" when left is Text { IsMarkup: true } html => MarkupMethods.Format(html, right),
            "%" when left is Text format => PercentFormat.Write(format, right),
            _ => Numbers.Arithmetic(Operation, left, right),
        };
    }
}

/// <summary><c>~</c>: the operands as strings, joined.</summary>
internal sealed record ConcatExpression(Expression Left, Expression Right) : Expression
{
    protected override object Compute(Scope scope) =>
        Text.Concat([PythonText.Of(Left.Evaluate(scope)), PythonText.Of(Right.Evaluate(scope))]);
}

/// <summary>A chain such as <c>a &lt; b &lt;= c</c>.</summary>
internal sealed record ComparisonExpression(Expression First, IReadOnlyList<(string Operation, Expression Operand)> Rest) : Expression
{
    public static bool Holds(string operation, object? a, object? b) => operation switch
    {
        "==" => Comparison.AreEqual(a, b),
        "!=" => !Comparison.AreEqual(a, b),
        "<" => Comparison.Compare(a, b) < 0,
        "<=" => Comparison.Compare(a, b) <= 0,
        ">" => Comparison.Compare(a, b) > 0,
        ">=" => Comparison.Compare(a, b) >= 0,
        "in" => Operators.Contains(b, a),
        _ => !Operators.Contains(b, a),
    };

    protected override object Compute(Scope scope)
    {
        var left = First.Evaluate(scope);
        foreach (var (operation, operand) in Rest)
        {
            var right = operand.Evaluate(scope);
            if (!Holds(operation, left, right))
                return false;
            left = right;
        }
        return true;
    }
}
