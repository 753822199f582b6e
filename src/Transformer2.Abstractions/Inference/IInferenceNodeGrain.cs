namespace Transformer2.Abstractions;

/// <summary>The engine of one silo; the key names the node.</summary>
[Alias("t2.IInferenceNodeGrain"), GrainInterfaceType("t2.IInferenceNodeGrain")]
public interface IInferenceNodeGrain : IGrainWithStringKey
{
    /// <summary>The node of a platform that has one.</summary>
    const string SingleNode = "node-0";

    /// <summary>
    /// Answers a prompt. Begins with one <see cref="GenerationEventRecord.Dispatched"/> and ends with one <see cref="GenerationEventRecord.Completed"/>. Cancelling, or abandoning the enumeration,
    /// frees the request's row in the batch.
    /// </summary>
    /// <exception cref="PlatformException">The engine refuses the request, or an expert's file is damaged.</exception>
    [Alias("Generate")]
    IAsyncEnumerable<GenerationEventRecord> Generate(DispatchPlan plan, GenerationSpec spec, CancellationToken cancellationToken = default);

    /// <summary>Pass 1 alone: who would answer.</summary>
    /// <exception cref="PlatformException">As for <see cref="Generate"/>.</exception>
    [Alias("Dispatch")]
    Task<DispatchOutcome> Dispatch(DispatchPlan plan, GenerationSpec spec, CancellationToken cancellationToken = default);

    /// <summary>The base model that it serves.</summary>
    [Alias("GetModel")]
    Task<ModelRecord> GetModel();

    /// <summary>What it is doing.</summary>
    [Alias("GetStatus")]
    Task<NodeStatusRecord> GetStatus();
}
