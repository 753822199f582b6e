using System.Collections.Immutable;
using System.Globalization;
using Transformer2.Abstractions;
using Transformer2.V1;
using DispatchCategory = Transformer2.Abstractions.DispatchCategory;
using DispatchFallback = Transformer2.Abstractions.DispatchFallback;
using DispatchPolicy = Transformer2.Abstractions.DispatchPolicy;
using ExpertSelection = Transformer2.Abstractions.ExpertSelection;

namespace Transformer2.Gateway;

/// <summary>Translates dispatch policies, and refuses those that make no sense.</summary>
internal static class PolicyMapping
{
    /// <summary>A policy, its etag left aside.</summary>
    public static DispatchPolicy ToPolicy(this V1.DispatchPolicy policy, TenantId tenant)
    {
        // Before anything is done for each of them.
        if (policy.Categories.Count > DispatchPolicies.MaxCategories)
            throw Invalid("categories", $"There are at most {DispatchPolicies.MaxCategories} categories.");
        var translated = new DispatchPolicy
        {
            Strategy = NullIfEmpty(policy.Strategy),
            Categories = policy.Categories.Count == 0 ? null : [.. policy.Categories.Select(category => category.ToCategory(tenant))],
            Fallback = policy.Fallback?.ToFallback(tenant),
            ConfidenceThreshold = policy.HasConfidenceThreshold ? policy.ConfidenceThreshold : null,
            Mode = policy.Mode switch
            {
                V1.ClassificationMode.Unspecified => null,
                V1.ClassificationMode.Labels => Abstractions.ClassificationMode.Labels,
                V1.ClassificationMode.Generate => Abstractions.ClassificationMode.Generate,
                _ => throw Invalid("mode", $"mode {(int)policy.Mode} is none that this server knows."),
            },
            Classifier = policy.Classifier.Length == 0 ? null : ResourceNames.Expert(policy.Classifier, tenant, "classifier"),
            Mixture = policy.Mixture.Length == 0 ? null : ResourceNames.Expert(policy.Mixture, tenant, "mixture"),
            Composition = NullIfEmpty(policy.Composition),
            Template = policy.Template?.ToTemplate(),
            Calibrate = policy.HasCalibrate ? policy.Calibrate : null,
            Memoize = policy.HasMemoize ? policy.Memoize : null,
        };
        DispatchPolicies.Require(translated);
        return translated;
    }

    public static DispatchTemplate ToTemplate(this ClassificationTemplate template) =>
        new(template.Name, template.Version, NullIfEmpty(template.System), template.User, template.AnswerPrefix, template.Suffix);

    /// <summary>The version that an etag names; null for none.</summary>
    public static long? ToVersion(string etag) => etag.Length == 0
        ? null
        : long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw new PlatformException(ErrorReason.EtagMismatch, "The policy is not the one that was seen; read it again.");

    /// <summary>A policy as the contract has it.</summary>
    public static V1.DispatchPolicy ToMessage(this DispatchPolicy policy, TenantId tenant, long? version = null)
    {
        var message = new V1.DispatchPolicy
        {
            Strategy = policy.Strategy ?? "",
            Mode = policy.Mode switch
            {
                Abstractions.ClassificationMode.Labels => V1.ClassificationMode.Labels,
                Abstractions.ClassificationMode.Generate => V1.ClassificationMode.Generate,
                _ => V1.ClassificationMode.Unspecified,
            },
            Classifier = policy.Classifier is { } classifier ? ResourceNames.Of(tenant, classifier) : "",
            Mixture = policy.Mixture is { } mixture ? ResourceNames.Of(tenant, mixture) : "",
            Composition = policy.Composition ?? "",
            Etag = version?.ToString(CultureInfo.InvariantCulture) ?? "",
        };
        message.Categories.AddRange((policy.Categories ?? []).Select(category => category.ToMessage(tenant)));
        if (policy.Fallback is { } fallback)
            message.Fallback = fallback.ToMessage(tenant);
        if (policy.ConfidenceThreshold is { } threshold)
            message.ConfidenceThreshold = threshold;
        if (policy.Template is { } template)
            message.Template = template.ToMessage();
        if (policy.Calibrate is { } calibrate)
            message.Calibrate = calibrate;
        if (policy.Memoize is { } memoize)
            message.Memoize = memoize;
        return message;
    }

    public static ClassificationTemplate ToMessage(this DispatchTemplate template) => new()
    {
        Name = template.Name,
        Version = template.Version,
        System = template.System ?? "",
        User = template.User,
        AnswerPrefix = template.AnswerPrefix,
        Suffix = template.Suffix,
    };

    private static DispatchCategory ToCategory(this V1.DispatchCategory category, TenantId tenant) => new(
        category.Name,
        category.Description,
        category.TargetCase switch
        {
            V1.DispatchCategory.TargetOneofCase.Base => new ExpertSelection.Base(),
            V1.DispatchCategory.TargetOneofCase.Expert => category.Expert.ToSelection(tenant, "categories.expert.name"),
            V1.DispatchCategory.TargetOneofCase.Mixture => category.Mixture.ToSelection(tenant, "categories.mixture.terms.expert"),
            _ => null,
        });

    private static DispatchFallback ToFallback(this V1.DispatchFallback fallback, TenantId tenant) => new(fallback.TargetCase switch
    {
        V1.DispatchFallback.TargetOneofCase.Base => new ExpertSelection.Base(),
        V1.DispatchFallback.TargetOneofCase.Expert => fallback.Expert.ToSelection(tenant, "fallback.expert.name"),
        V1.DispatchFallback.TargetOneofCase.Mixture => fallback.Mixture.ToSelection(tenant, "fallback.mixture.terms.expert"),
        V1.DispatchFallback.TargetOneofCase.Refuse => null,
        _ => throw Invalid("fallback", "fallback chooses nothing that this server knows."),
    });

    private static V1.DispatchCategory ToMessage(this DispatchCategory category, TenantId tenant)
    {
        var message = new V1.DispatchCategory { Name = category.Name, Description = category.Description };
        switch (category.Target)
        {
            case ExpertSelection.Base:
                message.Base = new();
                break;
            case ExpertSelection.Named named:
                message.Expert = named.ToMessage(tenant);
                break;
            case ExpertSelection.Mixture mixture:
                message.Mixture = mixture.ToMessage(tenant);
                break;
        }

        return message;
    }

    private static V1.DispatchFallback ToMessage(this DispatchFallback fallback, TenantId tenant) => fallback.Target switch
    {
        ExpertSelection.Base => new() { Base = new() },
        ExpertSelection.Named named => new() { Expert = named.ToMessage(tenant) },
        ExpertSelection.Mixture mixture => new() { Mixture = mixture.ToMessage(tenant) },
        _ => new() { Refuse = new() },
    };

    private static ExpertRef ToMessage(this ExpertSelection.Named named, TenantId tenant) => new() { Name = ResourceNames.Of(tenant, named.Expert) };

    private static Mixture ToMessage(this ExpertSelection.Mixture mixture, TenantId tenant) => new()
    {
        Composition = mixture.Composition,
        Terms = { mixture.Terms.Select(term => new V1.MixtureTerm { Expert = ResourceNames.Of(tenant, term.Expert), Weight = term.Weight }) },
    };

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static PlatformException Invalid(string field, string message) => new(ErrorReason.InvalidPolicy, message, ("field", field));
}
