namespace Transformer2.Abstractions;

/// <summary>
/// Decides which experts of a tenant answer; the key is the tenant's id. It holds no state of its own and runs on every silo.
/// </summary>
[Alias("t2.IDispatchGrain"), GrainInterfaceType("t2.IDispatchGrain")]
public interface IDispatchGrain : IGrainWithStringKey, ITenantOwnedGrain
{
    /// <summary>Resolves a selection.</summary>
    /// <exception cref="PlatformException">
    /// <see cref="ErrorReason.ExpertNotFound"/>, <see cref="ErrorReason.InvalidMixture"/>, <see cref="ErrorReason.InvalidPolicy"/>, <see cref="ErrorReason.DispatchRefused"/>.
    /// </exception>
    [Alias("Dispatch")]
    Task<DispatchPlan> Dispatch(ExpertSelection selection);
}
