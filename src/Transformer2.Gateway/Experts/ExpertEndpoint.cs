using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Transformer2.Abstractions;
using Transformer2.V1;

namespace Transformer2.Gateway;

/// <summary>The gRPC side of a tenant's library.</summary>
[Authorize(Policy = Caller.TenantRole)]
internal sealed class ExpertEndpoint(
    IGrainFactory grains, IExpertBlobStore blobs, UploadReader uploads, ExpertImport import) : ExpertService.ExpertServiceBase
{
    private const int DownloadChunkBytes = 256 << 10;

    public override Task<UploadExpertResponse> UploadExpert(
        IAsyncStreamReader<UploadExpertRequest> requestStream, ServerCallContext context) =>
        Upload(requestStream, context.GetHttpContext().Tenant(), context.CancellationToken);

    public override async Task<GetExpertResponse> GetExpert(GetExpertRequest request, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        return new() { Expert = (await Find(request.Name, tenant)).ToExpert(tenant) };
    }

    public override async Task<ListExpertsResponse> ListExperts(ListExpertsRequest request, ServerCallContext context)
    {
        var tenant = ResourceNames.Parent(request.Parent, context.GetHttpContext().Tenant(), "parent");
        var list = ResourceNames.Of(tenant);
        var page = await Library(tenant).List(Pages.After(list, request.PageToken), Pages.Size(request.PageSize));
        return new() { Experts = { page.Experts.Select(expert => expert.ToExpert(tenant)) }, NextPageToken = Pages.Token(list, page.Last) };
    }

    public override async Task DownloadExpert(
        DownloadExpertRequest request, IServerStreamWriter<DownloadExpertResponse> responseStream, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        var expert = await Find(request.Name, tenant);
        var file = await blobs.GetAsync(tenant, expert.Content.Digest, context.CancellationToken);
        // Deleted in between, or lost.
        if (file is null)
            await Find(request.Name, tenant);
        if (file is null || ContentDigest.Of(file) != expert.Content.Digest)
            throw new PlatformException(ErrorReason.ExpertDamaged, $"The stored file of expert '{expert.Id}' is damaged; upload it again.");

        await responseStream.WriteAsync(new() { Expert = expert.ToExpert(tenant) }, context.CancellationToken);
        for (var start = 0; start < file.Length; start += DownloadChunkBytes)
        {
            var chunk = file.AsMemory(start, Math.Min(DownloadChunkBytes, file.Length - start));
            await responseStream.WriteAsync(new() { Chunk = UnsafeByteOperations.UnsafeWrap(chunk) }, context.CancellationToken);
        }
    }

    public override async Task<DeleteExpertResponse> DeleteExpert(DeleteExpertRequest request, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        var id = ResourceNames.Expert(request.Name, tenant, "name");
        await Library(tenant).Delete(id, request.Etag.Length == 0 ? null : request.Etag);
        return new();
    }

    public override async Task<ReleaseExpertResponse> ReleaseExpert(ReleaseExpertRequest request, ServerCallContext context)
    {
        var tenant = context.GetHttpContext().Tenant();
        var id = ResourceNames.Expert(request.Name, tenant, "name");
        return new() { Expert = (await Library(tenant).Release(id, request.Etag.Length == 0 ? null : request.Etag)).ToExpert(tenant) };
    }

    private Task<UploadExpertResponse> Upload(
        IAsyncStreamReader<UploadExpertRequest> stream, TenantId tenant, CancellationToken cancellationToken) =>
        uploads.Run(tenant, async () =>
        {
            var metadata = await uploads.ReadMetadata(stream, UploadMessages.Expert, cancellationToken);
            var id = ResourceNames.Expert(metadata.ExpertId, tenant, "expert_id");
            var displayName = Fields.DisplayName(metadata.DisplayName, id.Value);
            var write = new ExpertWrite(id, metadata.SizeBytes, metadata.Overwrite, metadata.Etag.Length == 0 ? null : metadata.Etag);
            await Library(tenant).Check(write);
            var file = await uploads.ReadFile(stream, UploadMessages.Expert, metadata, cancellationToken);
            var expert = await import.Import(tenant, write, displayName, file, metadata.Sha256);
            return new UploadExpertResponse { Expert = expert.ToExpert(tenant) };
        });

    private IExpertLibraryGrain Library(TenantId tenant) => grains.GetGrain<IExpertLibraryGrain>(tenant.Value);

    private Task<ExpertRecord> Find(string name, TenantId tenant) => Library(tenant).Get(ResourceNames.Expert(name, tenant, "name"));
}
