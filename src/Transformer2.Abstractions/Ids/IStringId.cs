using System.Diagnostics.CodeAnalysis;

namespace Transformer2.Abstractions;

/// <summary>A validated text that identifies something.</summary>
/// <typeparam name="TSelf">The id's own type.</typeparam>
public interface IStringId<TSelf> where TSelf : struct, IStringId<TSelf>
{
    /// <summary>The text.</summary>
    string Value { get; }

    /// <summary>Takes a text as an id if it is a valid one.</summary>
    static abstract bool TryParse([NotNullWhen(true)] string? text, out TSelf id);
}
