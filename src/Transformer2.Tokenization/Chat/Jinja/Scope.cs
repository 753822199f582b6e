namespace Transformer2.Tokenization.Jinja;

/// <summary>Variables by name; a name that is not here is looked up in the surrounding scope.</summary>
internal sealed class Scope
{
    // What a scope and a look into it take, in characters made.
    private const int Cost = 100, LookUpCost = 4;
    private readonly Dictionary<string, object?> _variables = new(StringComparer.Ordinal);

    public Scope(Scope? parent, RenderContext context)
    {
        Work.Spend(Cost);
        (Outer, Context) = (parent, context);
    }

    public Scope(Scope parent)
        : this(parent, parent.Context)
    {
    }

    public RenderContext Context { get; }

    public object? this[string name]
    {
        get
        {
            for (var scope = this; scope is not null; scope = scope.Outer)
            {
                Work.Spend(LookUpCost);
                if (scope._variables.TryGetValue(name, out var value))
                    return value;
            }
            return new Undefined(name);
        }
        set => _variables[name] = value;
    }

    /// <summary>The scope of the template's own variables, within that of what every template finds.</summary>
    public Scope Top
    {
        get
        {
            var scope = this;
            while (scope.Outer?.Outer is not null)
                scope = scope.Outer;
            return scope;
        }
    }

    private Scope? Outer { get; }
}
