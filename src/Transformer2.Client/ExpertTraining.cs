using System.Runtime.CompilerServices;
using Transformer2.V1;

namespace Transformer2.Client;

/// <summary>The jobs that train experts for the key's tenant. One is named by its id, or in full as <c>tenants/{tenant}/trainings/{training}</c>.</summary>
public sealed class ExpertTraining
{
    private readonly TrainingService.TrainingServiceClient _stub;
    private readonly Rpc _rpc;

    internal ExpertTraining(TrainingService.TrainingServiceClient stub, Rpc rpc) => (_stub, _rpc) = (stub, rpc);

    /// <summary>Begins a job. Asking again with the same id and the same content returns the job that there is.</summary>
    public async Task<Training> CreateAsync(CreateTrainingRequest request, CancellationToken cancellationToken = default) =>
        (await _rpc.CallAsync(_stub.CreateTrainingAsync(request, cancellationToken: cancellationToken), cancellationToken)).Training;

    /// <summary>A job as it is.</summary>
    public async Task<Training> GetAsync(string name, CancellationToken cancellationToken = default) =>
        (await _rpc.CallAsync(_stub.GetTrainingAsync(new GetTrainingRequest { Name = name }, cancellationToken: cancellationToken), cancellationToken)).Training;

    /// <summary>All jobs without their steps, newest first, fetched page by page.</summary>
    /// <param name="pageSize">Jobs per page; 0 leaves it to the server.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async IAsyncEnumerable<Training> ListAsync(int pageSize = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new ListTrainingsRequest { PageSize = pageSize };
        do
        {
            var page = await _rpc.CallAsync(_stub.ListTrainingsAsync(request, cancellationToken: cancellationToken), cancellationToken);
            foreach (var training in page.Trainings)
            {
                yield return training;
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    /// <summary>
    /// A job as it is, and again at every change, until it has ended; each time with the steps and looks that were not reported before. Leaving the
    /// enumeration changes nothing for the job.
    /// </summary>
    public async IAsyncEnumerable<Training> WatchAsync(string name, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var call = _stub.WatchTraining(new WatchTrainingRequest { Name = name }, cancellationToken: cancellationToken);
        while (await _rpc.NextAsync(call.ResponseStream, cancellationToken))
        {
            yield return call.ResponseStream.Current.Training;
        }
    }

    /// <summary>Interrupts a job until it is resumed.</summary>
    public async Task<Training> PauseAsync(string name, CancellationToken cancellationToken = default) =>
        (await _rpc.CallAsync(_stub.PauseTrainingAsync(new PauseTrainingRequest { Name = name }, cancellationToken: cancellationToken), cancellationToken)).Training;

    /// <summary>Goes on with a job that was paused.</summary>
    public async Task<Training> ResumeAsync(string name, CancellationToken cancellationToken = default) =>
        (await _rpc.CallAsync(_stub.ResumeTrainingAsync(new ResumeTrainingRequest { Name = name }, cancellationToken: cancellationToken), cancellationToken)).Training;

    /// <summary>Ends a job as soon as may be. One that has ended stays as it is.</summary>
    public async Task<Training> CancelAsync(string name, CancellationToken cancellationToken = default) =>
        (await _rpc.CallAsync(_stub.CancelTrainingAsync(new CancelTrainingRequest { Name = name }, cancellationToken: cancellationToken), cancellationToken)).Training;

    /// <summary>Removes a job that has ended; its expert stays.</summary>
    public Task DeleteAsync(string name, CancellationToken cancellationToken = default) =>
        _rpc.CallAsync(_stub.DeleteTrainingAsync(new DeleteTrainingRequest { Name = name }, cancellationToken: cancellationToken), cancellationToken);
}
