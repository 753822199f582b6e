using System.Collections.Immutable;
using Transformer2.Abstractions;

namespace Transformer2.Grains.Inference;

/// <summary>Does one kind of jobs. It holds nothing of any job: a checkpoint is all that a job goes on from.</summary>
public interface IAdaptationWorker
{
    /// <summary>Whether it does this job.</summary>
    bool Does(AdaptationJob job);

    /// <summary>Refuses a job that cannot succeed.</summary>
    /// <returns>The first checkpoint.</returns>
    /// <exception cref="PlatformException">What is wrong.</exception>
    Task<string> Prepare(TenantId tenant, AdaptationJob job, ImmutableArray<AdaptationExpert> experts);

    /// <summary>Does a job from its checkpoint on.</summary>
    /// <exception cref="Exception">What <see cref="AdaptationFaults"/> knows is the job's fault, and final.</exception>
    Task<AdaptationProduct> Run(AdaptationWork work, AdaptationReport report, CancellationToken cancellationToken);

    /// <summary>Removes what it keeps beside the checkpoint.</summary>
    void CleanUp(TenantId tenant, AdaptationId id);
}

/// <summary>The workers that there are.</summary>
public sealed class AdaptationWorkers(IEnumerable<IAdaptationWorker> workers)
{
    /// <summary>The worker for a job.</summary>
    public IAdaptationWorker For(AdaptationJob job) => workers.First(worker => worker.Does(job));
}
