using Transformer2.Abstractions;
using Transformer2.V1;
using ExpertSelection = Transformer2.Abstractions.ExpertSelection;
using MixtureTerm = Transformer2.Abstractions.MixtureTerm;

namespace Transformer2.Gateway;

/// <summary>Translates which experts are asked for, and refuses what makes no sense.</summary>
internal static class SelectionMapping
{
    /// <summary>Which experts a tenant asks for.</summary>
    public static ExpertSelection ToSelection(this V1.ExpertSelection? selection, TenantId tenant) => selection?.SelectionCase switch
    {
        V1.ExpertSelection.SelectionOneofCase.None => throw Fields.Invalid("selection", "selection chooses nothing that this server knows."),
        V1.ExpertSelection.SelectionOneofCase.Expert => selection.Expert.ToSelection(tenant, "selection.expert.name"),
        V1.ExpertSelection.SelectionOneofCase.Mixture => selection.Mixture.ToSelection(tenant, "selection.mixture.terms.expert"),
        V1.ExpertSelection.SelectionOneofCase.Auto => new ExpertSelection.Auto(selection.Auto.Policy?.ToPolicy(tenant)),
        _ => new ExpertSelection.Base(),
    };

    public static ExpertSelection.Named ToSelection(this ExpertRef expert, TenantId tenant, string field) =>
        new(ResourceNames.Expert(expert.Name, tenant, field));

    public static ExpertSelection.Mixture ToSelection(this Mixture mixture, TenantId tenant, string field)
    {
        if (mixture.Terms.Count > MixtureRules.MaxTerms)
            throw new PlatformException(
                ErrorReason.InvalidMixture, $"A mixture has at most {MixtureRules.MaxTerms} terms, not {mixture.Terms.Count}.");
        var selection = new ExpertSelection.Mixture([.. mixture.Terms.Select(term => new MixtureTerm(ResourceNames.Expert(term.Expert, tenant, field), term.Weight))])
        {
            Composition = mixture.Composition.Length == 0 ? MixtureRules.Linear : mixture.Composition,
        };
        MixtureRules.Require(selection);
        return selection;
    }
}
