namespace Transformer2.Tokenization.Jinja;

/// <summary>
/// <c>block</c>: writes what it holds, as nothing extends the template. It sees the template's own variables, and those around it only
/// when it says that it is scoped.
/// </summary>
internal sealed record BlockStatement(string Name, bool IsScoped, Body Body) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output)
    {
        // A jump does not leave the block.
        Body.Execute(new Scope(IsScoped ? scope : scope.Top), output);
        return Flow.Next;
    }
}

/// <summary>A whole template.</summary>
internal sealed record Template(Body Body, IReadOnlyList<BlockStatement> Blocks)
{
    public Text Render(Scope scope)
    {
        var top = new Scope(scope);
        if (Blocks.Count > 0)
        {
            var self = new Map();
            foreach (var block in Blocks)
                self[Text.Of(block.Name)] = new Callable(block.Name, _ => block.Body.Capture(new Scope(top)));
            top["self"] = self;
        }
        return Body.Capture(top);
    }
}
