namespace Transformer2.Tokenization.Jinja;

/// <summary>What <c>cycler()</c> makes: gives its items one after the other, over and over.</summary>
internal sealed class Cycler(IReadOnlyList<object?> items)
{
    private int _next;

    public object? Find(string name) => name switch
    {
        "current" => items[_next],
        "next" => new Callable(name, _ => Advance()),
        "reset" => new Callable(name, _ => _next = 0),
        _ => new Undefined(name),
    };

    private object? Advance()
    {
        var item = items[_next];
        _next = (_next + 1) % items.Count;
        return item;
    }
}
