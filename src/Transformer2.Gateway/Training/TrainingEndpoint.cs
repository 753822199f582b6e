using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Hosting;
using Transformer2.Abstractions;
using Transformer2.V1;

namespace Transformer2.Gateway;

/// <summary>The gRPC side of data sets and of the jobs that train on them.</summary>
[Authorize(Policy = Caller.TenantRole)]
internal sealed class TrainingEndpoint(IGrainFactory grains, UploadReader uploads, DatasetImport import, IHostApplicationLifetime host)
    : TrainingService.TrainingServiceBase
{
    public override Task<UploadDatasetResponse> UploadDataset(IAsyncStreamReader<UploadDatasetRequest> requestStream, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        var cancellationToken = context.CancellationToken;
        return uploads.Run(tenant, async () =>
        {
            var metadata = await uploads.ReadMetadata(requestStream, UploadMessages.Dataset, cancellationToken);
            var write = new DatasetWrite(ResourceNames.Dataset(metadata.DatasetId, tenant, "dataset_id"), metadata.SizeBytes, metadata.Overwrite);
            await Datasets(tenant).Check(write);
            var file = await uploads.ReadFile(requestStream, UploadMessages.Dataset, metadata, cancellationToken);
            return new UploadDatasetResponse { Dataset = (await import.Import(tenant, write, file, metadata.Sha256)).ToMessage(tenant) };
        });
    }

    public override async Task<GetDatasetResponse> GetDataset(GetDatasetRequest request, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        return new() { Dataset = (await Datasets(tenant).Get(ResourceNames.Dataset(request.Name, tenant, "name"))).ToMessage(tenant) };
    }

    public override async Task<ListDatasetsResponse> ListDatasets(ListDatasetsRequest request, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        var list = $"{ResourceNames.Of(tenant)}/datasets";
        var page = await Datasets(tenant).List(Pages.After(list, request.PageToken), Pages.Size(request.PageSize));
        return new() { Datasets = { page.Datasets.Select(dataset => dataset.ToMessage(tenant)) }, NextPageToken = Pages.Token(list, page.Last) };
    }

    public override async Task<DeleteDatasetResponse> DeleteDataset(DeleteDatasetRequest request, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        await Datasets(tenant).Delete(ResourceNames.Dataset(request.Name, tenant, "name"));
        return new();
    }

    public override async Task<CreateTrainingResponse> CreateTraining(CreateTrainingRequest request, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        var id = request.ToId();
        return new() { Training = (await Index(tenant).Create(id, request.ToSpec(id, tenant))).ToTraining(tenant) };
    }

    public override async Task<GetTrainingResponse> GetTraining(GetTrainingRequest request, ServerCallContext context)
    {
        var (tenant, id) = Parse(request.Name, context);
        return new() { Training = (await Find(tenant, id)).ToTraining(tenant) };
    }

    public override async Task<ListTrainingsResponse> ListTrainings(ListTrainingsRequest request, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        var list = $"{ResourceNames.Of(tenant)}/trainings";
        var page = await Index(tenant).List(Pages.Before(list, request.PageToken), Pages.Size(request.PageSize), trainings: true);
        return new()
        {
            Trainings = { page.Adaptations.Select(training => training.ToTraining(tenant, afterStep: int.MaxValue)) },
            NextPageToken = Pages.Token(list, page.Last?.ToString(CultureInfo.InvariantCulture)),
        };
    }

    public override async Task WatchTraining(
        WatchTrainingRequest request, IServerStreamWriter<WatchTrainingResponse> responseStream, ServerCallContext context)
    {
        var (tenant, id) = Parse(request.Name, context);
        await Find(tenant, id);

        // A job may take hours; a server that stops does not wait for those who look at it.
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, host.ApplicationStopping);
        var (step, look) = (0, -1);
        try
        {
            for (var (version, hasEnded) = (-1L, false); !hasEnded;)
            {
                var now = await Job(tenant, id).Watch(version, watching.Token);
                if (now.Version != version)
                {
                    var training = now.Adaptation.ToTraining(tenant, step, look);
                    await responseStream.WriteAsync(new() { Training = training }, watching.Token);
                    step = training.Steps is [.., var last] ? last.Step : step;
                    look = training.Validation is [.., var seen] ? seen.Step : look;
                }

                (version, hasEnded) = (now.Version, now.Adaptation.HasEnded);
            }
        }
        catch (OperationCanceledException) when (host.ApplicationStopping.IsCancellationRequested)
        {
            throw new PlatformException(ErrorReason.Draining, "The server is stopping; the job goes on when it starts again.");
        }
    }

    public override async Task<PauseTrainingResponse> PauseTraining(PauseTrainingRequest request, ServerCallContext context) =>
        new() { Training = await Change(request.Name, context, job => job.Pause()) };

    public override async Task<ResumeTrainingResponse> ResumeTraining(ResumeTrainingRequest request, ServerCallContext context) =>
        new() { Training = await Change(request.Name, context, job => job.Unpause()) };

    public override async Task<CancelTrainingResponse> CancelTraining(CancelTrainingRequest request, ServerCallContext context) =>
        new() { Training = await Change(request.Name, context, job => job.Cancel()) };

    public override async Task<DeleteTrainingResponse> DeleteTraining(DeleteTrainingRequest request, ServerCallContext context)
    {
        var (tenant, id) = Parse(request.Name, context);
        await Find(tenant, id);
        await Index(tenant).Delete(id);
        return new();
    }

    private async Task<Training> Change(string name, ServerCallContext context, Func<IAdaptationGrain, Task<AdaptationRecord>> change)
    {
        var (tenant, id) = Parse(name, context);
        await Find(tenant, id);
        return (await change(Job(tenant, id))).ToTraining(tenant);
    }

    // A job of the other service is none of this one.
    private async Task<AdaptationRecord> Find(TenantId tenant, AdaptationId id) =>
        await Job(tenant, id).Find() is { Job: AdaptationJob.Training } training ? training : throw AdaptationErrors.NoTraining(id);

    private static (TenantId Tenant, AdaptationId Id) Parse(string name, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        return (tenant, ResourceNames.Training(name, tenant, "name"));
    }

    private IDatasetLibraryGrain Datasets(TenantId tenant) => grains.GetGrain<IDatasetLibraryGrain>(tenant.Value);

    private IAdaptationIndexGrain Index(TenantId tenant) => grains.GetGrain<IAdaptationIndexGrain>(tenant.Value);

    private IAdaptationGrain Job(TenantId tenant, AdaptationId id) => grains.GetGrain<IAdaptationGrain>(AdaptationKey.Of(tenant, id));
}
