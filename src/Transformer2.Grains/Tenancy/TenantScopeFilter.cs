using Transformer2.Abstractions;

namespace Transformer2.Grains;

/// <summary>
/// Refuses every call, streams included, that reaches an owned grain from outside its owner's scope. The decision is made on the target,
/// never on the method, because streams arrive through a hidden interface.
/// </summary>
public sealed class TenantScopeFilter : IIncomingGrainCallFilter
{
    /// <inheritdoc/>
    public Task Invoke(IIncomingGrainCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        switch (context.TargetContext?.GrainInstance)
        {
            case ITenantOwnedGrain:
                CallerScope.RequireTenant(context.TargetId.Key.ToString()!.Split('/')[0]);
                break;
            case IPlatformOwnedGrain:
                CallerScope.RequirePlatform();
                break;
        }

        return context.Invoke();
    }
}
