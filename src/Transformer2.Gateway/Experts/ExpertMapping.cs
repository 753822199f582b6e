using Google.Protobuf.WellKnownTypes;
using Transformer2.Abstractions;
using Transformer2.V1;

namespace Transformer2.Gateway;

/// <summary>Translates experts.</summary>
internal static class ExpertMapping
{
    public static Expert ToExpert(this ExpertRecord expert, TenantId tenant) => new()
    {
        Name = ResourceNames.Of(tenant, expert.Id),
        ExpertId = expert.Id.Value,
        DisplayName = expert.DisplayName,
        Digest = expert.Content.Digest.Value,
        SizeBytes = expert.Content.SizeBytes,
        ParameterCount = expert.Content.ParameterCount,
        MatrixCount = expert.Content.MatrixCount,
        BaseFingerprint = expert.Content.BaseFingerprint,
        DecompositionFingerprint = expert.Content.DecompositionFingerprint,
        Modules = expert.Content.Modules,
        Task = expert.Content.Task,
        Description = expert.Content.Description,
        CreateTime = expert.CreateTime.ToTimestamp(),
        Etag = expert.Etag,
        QuarantineReasons = { expert.IsQuarantined ? expert.Quarantine : [] },
        SeenQuestionCount = expert.Seen?.Count ?? 0,
    };
}
