using Transformer2.Abstractions;

namespace Transformer2.Gateway;

/// <summary>
/// Reads and writes resource names. What belongs to another tenant is refused with the words for what does not exist, so that nobody learns
/// which is the case.
/// </summary>
internal static class ResourceNames
{
    private const string Tenants = "tenants";
    private const string Experts = "experts";
    private const string Adaptations = "adaptations";
    private const string Trainings = "trainings";
    private const string Datasets = "datasets";
    private const string ApiKeys = "apiKeys";
    private const int MaxLength = 256;

    public static string Of(TenantId tenant) => $"{Tenants}/{tenant}";

    public static string Of(TenantId tenant, ExpertId expert) => $"{Tenants}/{tenant}/{Experts}/{expert}";

    public static string Of(TenantId tenant, AdaptationId adaptation) => $"{Tenants}/{tenant}/{Adaptations}/{adaptation}";

    public static string Of(TenantId tenant, DatasetId dataset) => $"{Tenants}/{tenant}/{Datasets}/{dataset}";

    public static string OfTraining(TenantId tenant, AdaptationId training) => $"{Tenants}/{tenant}/{Trainings}/{training}";

    public static string OfKey(TenantId tenant, string keyId) => $"{Tenants}/{tenant}/{ApiKeys}/{keyId}";

    /// <summary><c>{expert}</c> or <c>tenants/{caller}/experts/{expert}</c>.</summary>
    public static ExpertId Expert(string name, TenantId caller, string field)
    {
        var (owner, id) = Parse<ExpertId>(name, caller, "expert", Experts, field);
        return owner == caller ? id : throw new PlatformException(ErrorReason.ExpertNotFound, $"There is no expert '{id}'.");
    }

    /// <summary><c>{adaptation}</c> or <c>tenants/{caller}/adaptations/{adaptation}</c>.</summary>
    public static AdaptationId Adaptation(string name, TenantId caller, string field)
    {
        var (owner, id) = Parse<AdaptationId>(name, caller, "adaptation", Adaptations, field);
        return owner == caller ? id : throw AdaptationErrors.NotFound(id);
    }

    /// <summary><c>{training}</c> or <c>tenants/{caller}/trainings/{training}</c>.</summary>
    public static AdaptationId Training(string name, TenantId caller, string field)
    {
        var (owner, id) = Parse<AdaptationId>(name, caller, "training", Trainings, field);
        return owner == caller ? id : throw AdaptationErrors.NoTraining(id);
    }

    /// <summary><c>{dataset}</c> or <c>tenants/{caller}/datasets/{dataset}</c>.</summary>
    public static DatasetId Dataset(string name, TenantId caller, string field)
    {
        var (owner, id) = Parse<DatasetId>(name, caller, "dataset", Datasets, field);
        return owner == caller ? id : throw DatasetErrors.NotFound(id);
    }

    /// <summary>Empty, <c>{caller}</c> or <c>tenants/{caller}</c>.</summary>
    public static TenantId Parent(string name, TenantId caller, string field)
    {
        var tenant = name.Length == 0 ? caller : Tenant(name, field);
        return tenant == caller ? tenant : throw NoTenant(tenant);
    }

    /// <summary><c>{tenant}</c> or <c>tenants/{tenant}</c>.</summary>
    public static TenantId Tenant(string name, string field) =>
        Parts(name) is [.. [] or [Tenants], var last] && TenantId.TryParse(last, out var tenant)
            ? tenant
            : throw Fields.Invalid(field, $"{field} is not 'tenants/{{tenant}}', where an id is {ResourceId.Rule}.");

    /// <summary><c>tenants/{tenant}/apiKeys/{key}</c>.</summary>
    public static (TenantId Tenant, string KeyId) ApiKey(string name, string field) =>
        Parts(name) is [Tenants, var owner, ApiKeys, { Length: > 0 and <= 64 } key] && TenantId.TryParse(owner, out var tenant)
            ? (tenant, key)
            : throw Fields.Invalid(field, $"{field} is not 'tenants/{{tenant}}/apiKeys/{{key}}'.");

    public static PlatformException NoTenant(TenantId tenant) => new(ErrorReason.TenantNotFound, $"There is no tenant '{tenant}'.");

    private static (TenantId Owner, TId Id) Parse<TId>(string name, TenantId caller, string kind, string collection, string field) where TId : struct, IStringId<TId>
    {
        var parts = Parts(name);
        if (parts is [var only] && TId.TryParse(only, out var id))
            return (caller, id);
        return parts is [Tenants, var owner, var middle, var last] && middle == collection && TenantId.TryParse(owner, out var tenant) && TId.TryParse(last, out id)
            ? (tenant, id)
            : throw Fields.Invalid(
                field, $"{field} is not '{{{kind}}}' or 'tenants/{{tenant}}/{collection}/{{{kind}}}', where an id is {ResourceId.Rule}.");
    }

    // A longer text is no name, whatever it holds.
    private static string[] Parts(string name) => name.Length <= MaxLength ? name.Split('/') : [];
}
