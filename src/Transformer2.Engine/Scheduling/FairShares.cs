namespace Transformer2.Engine;

/// <summary>
/// How much of the engine each tenant has had, for fair queueing by tokens (Virtual Token Counter, arXiv 2401.00588): the tenant with the
/// least service goes first. A tenant that comes back after a pause starts level with those that wait, so that idleness earns nothing.
/// </summary>
internal sealed class FairShares
{
    /// <summary>Cost of a generated token in prompt tokens.</summary>
    public const double AnswerCost = 2;

    private readonly Dictionary<string, double> _service = [];

    /// <summary>Service of a tenant so far, in weighted prompt tokens.</summary>
    public double Of(string tenant) => _service.GetValueOrDefault(tenant);

    /// <summary>A tenant gave the engine work after it had none.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="active">The other tenants that have work.</param>
    public void Join(string tenant, IEnumerable<string> active)
    {
        var least = active.Where(other => other != tenant).Select(Of).DefaultIfEmpty(double.NaN).Min();
        if (double.IsNaN(least))
        {
            // Nobody to be fair to: what was is forgotten, and with it tenants that never come back.
            _service.Clear();
            least = 0;
        }

        _service[tenant] = Math.Max(Of(tenant), least);
    }

    /// <summary>A tenant was served.</summary>
    public void Charge(string tenant, double tokens, double weight) => _service[tenant] = Of(tenant) + (tokens / weight);
}
