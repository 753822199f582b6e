namespace Transformer2.Cli;

/// <summary>A piece of the laboratory's work: its result is kept, and computed again only when something that decides it has changed.</summary>
internal interface ILabUnit
{
    /// <summary>The name, unique and made of words.</summary>
    string Name { get; }

    /// <summary>Everything that decides the result beside model, corpus and the units that it needs; a record that JSON can hold.</summary>
    object Settings { get; }

    /// <summary>Units whose results it reads.</summary>
    IReadOnlyList<ILabUnit> Needs { get; }

    /// <summary>Roughly how long it takes on a quiet core, in seconds: for the time that is left, and for nothing else.</summary>
    double Effort { get; }

    /// <summary>Computes the result and keeps it.</summary>
    /// <param name="run">Where, and with what.</param>
    /// <param name="cancellationToken">Stops it; what its trainings keep is gone on with the next time.</param>
    Task ComputeAsync(LabRun run, CancellationToken cancellationToken);
}

/// <inheritdoc/>
/// <typeparam name="TResult">A record that JSON can hold.</typeparam>
internal abstract class LabUnit<TResult> : ILabUnit
    where TResult : class
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract object Settings { get; }

    /// <inheritdoc/>
    public virtual IReadOnlyList<ILabUnit> Needs => [];

    /// <inheritdoc/>
    public abstract double Effort { get; }

    /// <inheritdoc/>
    public async Task ComputeAsync(LabRun run, CancellationToken cancellationToken)
    {
        var start = run.Host.Time.GetTimestamp();
        var result = await ResultAsync(run, cancellationToken);
        run.Store.Save(this, new LabResult<TResult>(Name, run.Host.Time.GetElapsedTime(start).TotalSeconds, result));
    }

    /// <summary>Computes the result.</summary>
    protected abstract Task<TResult> ResultAsync(LabRun run, CancellationToken cancellationToken);
}

/// <summary>What is kept of a unit.</summary>
/// <param name="Unit">Its name.</param>
/// <param name="Seconds">How long its last, uninterrupted piece took.</param>
/// <param name="Result">Its result.</param>
internal sealed record LabResult<TResult>(string Unit, double Seconds, TResult Result);
