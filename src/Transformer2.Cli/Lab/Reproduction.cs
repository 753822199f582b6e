namespace Transformer2.Cli;

/// <summary>What became of a reproduction.</summary>
/// <param name="Output">The document.</param>
/// <param name="Units">Units in all.</param>
/// <param name="Done">Units that are done.</param>
internal sealed record ReproductionReport(string Output, int Units, int Done);

/// <summary>Computes all units and writes the document.</summary>
internal sealed record Reproduction(string Output, string Work, string Model, LabSizes Sizes, ulong Seed, int? Threads)
{
    /// <param name="host">The process.</param>
    /// <param name="compute">Whether units are computed that are not done.</param>
    /// <param name="cancellationToken">Stops the computation; the document is written all the same.</param>
    /// <exception cref="InputException">The model cannot be used.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; run again to go on.</exception>
    public async Task<ReproductionReport> RunAsync(CliHost host, bool compute, CancellationToken cancellationToken)
    {
        using var run = new LabRun(host, Model, Work, Threads);
        var plan = new LabPlan(Sizes, Seed);
        try
        {
            if (compute)
            {
                await new LabRunner(run, plan.Units).RunAsync(cancellationToken);
            }
        }
        finally
        {
            new ResultsDocument(this, run, plan).Write();
        }

        return new ReproductionReport(Output, plan.Units.Count, plan.Units.Count(run.Store.Has));
    }
}
