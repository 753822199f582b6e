using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Transformer2.Abstractions;

namespace Transformer2.Grains.Inference;

/// <summary>
/// Runs the node's jobs: few at a time, of the tenant first whose last turn is longest ago, and of a tenant in the order of their creation. When the server
/// begins to stop, jobs are suspended: what they have stored stays, and the next start takes them up again.
/// </summary>
/// <param name="run">Runs a job to its end, or until it is cancelled.</param>
/// <param name="options">How many.</param>
/// <param name="logger">Is told about jobs that could not be run.</param>
public sealed class AdaptationScheduler(
    Func<AdaptationTicket, CancellationToken, Task> run, IOptions<InferenceNodeOptions> options, ILogger<AdaptationScheduler> logger) : IHostedLifecycleService
{
    private readonly Lock _gate = new();
    private readonly List<AdaptationTicket> _waiting = [];
    private readonly Dictionary<AdaptationTicket, Run> _running = [];
    private readonly Dictionary<TenantId, long> _turns = []; // as many as there are tenants
    private long _turn;
    private bool _stopping;

    /// <summary>Puts a job in, unless it is here already. One that is just being cancelled begins again once it has ended.</summary>
    public void Submit(AdaptationTicket ticket)
    {
        lock (_gate)
        {
            if (_stopping || _waiting.Contains(ticket) || (_running.TryGetValue(ticket, out var running) && !running.IsCancelled))
                return;
            _waiting.Add(ticket);
            StartNext();
        }
    }

    /// <summary>Ends a job, wherever it stands.</summary>
    public void Cancel(TenantId tenant, AdaptationId id)
    {
        lock (_gate)
        {
            _waiting.RemoveAll(ticket => ticket.Tenant == tenant && ticket.Id == id);
            foreach (var (ticket, running) in _running)
            {
                if (ticket.Tenant == tenant && ticket.Id == id)
                    running.Cancel();
            }
        }
    }

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        Task[] ends;
        lock (_gate)
        {
            _stopping = true;
            _waiting.Clear();
            foreach (var running in _running.Values)
                running.Cancel();
            ends = [.. _running.Values.Select(running => running.End)];
        }

        await Task.WhenAll(ends).WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void StartNext()
    {
        while (_running.Count < options.Value.AdaptationJobs && Next() is { } ticket)
        {
            _waiting.Remove(ticket);
            _turns[ticket.Tenant] = ++_turn;
            var running = new Run();
            _running.Add(ticket, running);

            // Nothing of the call that submits a job belongs to it, its scope least of all.
            using (ExecutionContext.SuppressFlow())
                running.End = Task.Run(() => RunToEnd(ticket, running));
        }
    }

    // Never two runs of a job at once, nor of two jobs of one id: they would write to the same places.
    private AdaptationTicket? Next() => _waiting
        .Where(ticket => !_running.Keys.Any(running => running.Tenant == ticket.Tenant && running.Id == ticket.Id))
        .Where(ticket => _running.Keys.Count(running => running.Tenant == ticket.Tenant) < options.Value.AdaptationJobsPerTenant)
        .OrderBy(ticket => _turns.GetValueOrDefault(ticket.Tenant))
        .ThenBy(ticket => ticket.CreateTime)
        .FirstOrDefault();

    private async Task RunToEnd(AdaptationTicket ticket, Run running)
    {
        try
        {
            await run(ticket, running.Cancelled);
        }
        catch (Exception exception)
        {
            InferenceLog.AdaptationAbandoned(logger, ticket.Tenant, ticket.Id, exception);
        }

        lock (_gate)
        {
            _running.Remove(ticket);
            running.Dispose();
            if (!_stopping)
                StartNext();
        }
    }

    private sealed class Run : IDisposable
    {
        private readonly CancellationTokenSource _cancellation = new();

        public CancellationToken Cancelled => _cancellation.Token;

        public bool IsCancelled { get; private set; }

        public Task End { get; set; } = Task.CompletedTask;

        // What follows from it must not happen under the lock.
        public void Cancel()
        {
            IsCancelled = true;
            _ = _cancellation.CancelAsync();
        }

        public void Dispose() => _cancellation.Dispose();
    }
}

/// <summary>A job in the node's queue.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Id">The job.</param>
/// <param name="CreateTime">Its place among the tenant's jobs.</param>
public sealed record AdaptationTicket(TenantId Tenant, AdaptationId Id, DateTimeOffset CreateTime);
