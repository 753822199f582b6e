using System.Collections.Immutable;

namespace Transformer2.Abstractions;

/// <summary>
/// An expected refusal. Its message and metadata are shown to the caller, so they hold nothing but what the caller sent or may know.
/// </summary>
[GenerateSerializer, Alias("t2.PlatformException")]
public sealed class PlatformException : Exception
{
    /// <summary>Refuses.</summary>
    /// <param name="reason">One of <see cref="ErrorReason"/>, or a reason of the expert file format.</param>
    /// <param name="message">What is wrong and what to do, one sentence for people.</param>
    /// <param name="metadata">Facts for programs.</param>
    public PlatformException(string reason, string message, params (string Key, string Value)[] metadata)
        : base(message)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        Reason = reason;
        Metadata = metadata.ToImmutableDictionary(entry => entry.Key, entry => entry.Value);
    }

    /// <summary>The stable name of the error.</summary>
    [Id(0)]
    public string Reason { get; private set; }

    /// <summary>Facts for programs.</summary>
    [Id(1)]
    public ImmutableDictionary<string, string> Metadata { get; private set; }

    /// <summary>When it may be worth while to try again, or null.</summary>
    [Id(2)]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What the caller can do about it.</summary>
    public ErrorKind Kind => ErrorCatalogue.KindOf(Reason);
}
