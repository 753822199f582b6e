using System.Text.Json;
using Transformer2.Grains.Inference;

namespace Transformer2.Grains.Tests;

/// <summary>States that were stored by released versions must be read for ever: these texts may only be added to.</summary>
public class StoredStateTests
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private const string Library = """
        {"version":3,"experts":{"math":{"id":"math","displayName":"Maths","content":{
        "digest":"0000000000000000000000000000000000000000000000000000000000000000",
        "sizeBytes":10,"parameterCount":7,"matrixCount":2,"baseFingerprint":"b","decompositionFingerprint":"d",
        "modules":"mlp","task":"math","description":""},"createTime":"2026-01-02T03:04:05+00:00","etag":"3-00000000"}}}
        """;

    private const string Key = """
        {"key":{"keyId":"00ff","role":"Tenant","tenant":"demo","displayName":"first",
        "createTime":"2026-01-02T03:04:05+00:00","revokeTime":null},"secretHash":"abcd"}
        """;

    private const string AdminKey = """
        {"key":{"keyId":"00ff","role":"Admin","tenant":null,"displayName":"",
        "createTime":"2026-01-02T03:04:05+00:00","revokeTime":"2026-01-02T03:04:05+00:00"},"secretHash":"abcd"}
        """;

    private const string Tenant = """
        {"tenant":{"id":"demo","displayName":"Demo","createTime":"2026-01-02T03:04:05+00:00"}}
        """;

    private const string Search = """
        {"record":{"id":"job","job":{"$type":"few-shot","experts":["math"],"examples":[],"strategy":"","parity":false,"perMatrix":true,
        "population":64,"generations":null,"eliteRatio":0.5,"seed":7},"expert":"mixed","state":"Running","progress":0.5,"phase":"generation 3",
        "error":{"reason":"INTERNAL","message":"m","metadata":{"field":"f"}},"fewShot":{"weights":[{"expert":"math","weights":[0.5]}],"generations":2,"evaluations":10,
        "bestScores":[-0.5],"heldOut":null,"searched":{"examples":7,"found":{"logLikelihood":-0.5,"correct":3},"base":null,"bestSingle":null,"uniform":null}},
        "classifier":{"base":{"labels":["a","b"],"counts":[1,0,0,1]},"trained":{"labels":["a","b"],"counts":[1,0,0,1]}},
        "createTime":"2026-01-02T03:04:05+00:00","endTime":null,"resumptions":1},
        "spec":"0000000000000000000000000000000000000000000000000000000000000000","overwrite":true,
        "experts":[{"id":"math","digest":"0000000000000000000000000000000000000000000000000000000000000000"}],"checkpoint":"{}"}
        """;

    private const string Training = """
        {"job":{"$type":"classifier","prompts":[{"prompt":"p","label":"l"}],"objective":"reinforce","steps":20,"seed":1,"template":null}}
        """;

    [Fact]
    public void A_job() => Assert.Equal(AdaptationState.Running, RoundTrip<AdaptationJobState>(Search).Record!.State);

    [Fact]
    public void The_examples_of_a_job() => Assert.IsType<AdaptationJob.Classifier>(RoundTrip<AdaptationExamplesState>(Training).Job);

    [Fact]
    public void A_tenants_jobs() =>
        Assert.Equal(2, RoundTrip<AdaptationIndexState>("""{"jobs":[{"id":"job","number":1}],"created":2}""").Created);

    [Fact]
    public void The_unfinished_jobs() =>
        Assert.Single(RoundTrip<UnfinishedAdaptationsState>("""{"jobs":[{"tenant":"demo","id":"job"}]}""").Jobs);

    [Fact]
    public void A_library() => Assert.Equal("Maths", RoundTrip<ExpertLibraryState>(Library).Experts[ExpertId.Parse("math")].DisplayName);

    [Fact]
    public void A_key() => Assert.Equal(TenantId.Parse("demo"), RoundTrip<ApiKeyState>(Key).Key!.Tenant);

    [Fact]
    public void An_admin_key() => Assert.NotNull(RoundTrip<ApiKeyState>(AdminKey).Key!.RevokeTime);

    [Fact]
    public void A_key_ring() => Assert.Equal(["a", "b"], RoundTrip<ApiKeyRingState>("""{"keyIds":["a","b"]}""").KeyIds);

    [Fact]
    public void A_tenant_directory() =>
        Assert.Equal([TenantId.Parse("demo")], RoundTrip<TenantDirectoryState>("""{"tenants":["demo"]}""").Tenants);

    [Fact]
    public void A_tenant() => Assert.Equal("Demo", RoundTrip<TenantState>(Tenant).Tenant!.DisplayName);

    private static T RoundTrip<T>(string json)
    {
        var state = JsonSerializer.Deserialize<T>(json, Json)!;
        Assert.Equal(json.Replace("\n", "", StringComparison.Ordinal), JsonSerializer.Serialize(state, Json));
        return state;
    }
}
