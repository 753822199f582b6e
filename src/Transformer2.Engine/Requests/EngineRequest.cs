using Transformer2.Experts;

namespace Transformer2.Engine;

/// <summary>What every request says: whose it is, how urgent, which prompt, and which experts see it.</summary>
public abstract record EngineRequest
{
    /// <summary>Names the request in logs.</summary>
    public required string RequestId { get; init; }

    /// <summary>Whose request it is: tenants share the engine fairly, and nothing of the KV cache.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>The tenant's share of the engine, relative to others'; above 0.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>How urgent it is.</summary>
    public RequestPriority Priority { get; init; }

    /// <summary>A request that has no row by then is refused as <see cref="EngineError.DeadlineExceeded"/>; null waits as long as it takes.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>What to go on from.</summary>
    public required Prompt Prompt { get; init; }

    /// <summary>
    /// Experts to mix over their effective multipliers, z = sum of weight * z; one entry of weight 1 is that expert itself; empty is the base model.
    /// </summary>
    public IReadOnlyList<WeightedExpert> Experts { get; init; } = [];

    /// <summary>What metrics call the expert: its id in the tenant's library, or one of <see cref="ExpertLabels"/>.</summary>
    public string ExpertLabel { get; init; } = ExpertLabels.Base;
}

/// <summary>How urgent a request is. A class gets rows only when no higher one waits.</summary>
public enum RequestPriority
{
    /// <summary>Somebody waits for the answer.</summary>
    Interactive,

    /// <summary>Many prompts that are wanted soon.</summary>
    Batch,

    /// <summary>What may wait for idle time, such as training.</summary>
    Background,
}
