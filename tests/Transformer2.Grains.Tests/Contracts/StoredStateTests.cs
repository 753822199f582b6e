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
        "modules":"mlp","task":"math","description":""},"createTime":"2026-01-02T03:04:05+00:00","etag":"3-00000000","quarantine":["drift"],
        "seen":{"digest":"0000000000000000000000000000000000000000000000000000000000000000","count":3}}},"publications":{}}
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
        "createTime":"2026-01-02T03:04:05+00:00","endTime":null,"resumptions":1,"training":{"steps":[{"step":1,"loss":0.5,"reward":0.25,"kl":null,"drift":0.125}],
        "validation":[{"step":0,"right":3,"count":10}],"secondsLeft":2.5,"result":{"bestStep":1,"test":{"count":4,"baseRight":1,"expertRight":2,"lost":0,"gained":1,"pValue":1},
        "regression":null,"spectralDrift":0.1,"failedGates":["drift"]}}},
        "spec":"0000000000000000000000000000000000000000000000000000000000000000","overwrite":true,
        "experts":[{"id":"math","digest":"0000000000000000000000000000000000000000000000000000000000000000"}],"checkpoint":"{}","turn":2}
        """;

    private const string Training = """
        {"job":{"$type":"classifier","prompts":[{"prompt":"p","label":"l"}],"objective":"reinforce","steps":20,"seed":1,"template":null}}
        """;

    private const string Datasets = """
        {"datasets":{"sums":{"id":"sums","content":{"digest":"0000000000000000000000000000000000000000000000000000000000000000","sizeBytes":10,
        "trainCount":3,"validationCount":2,"testCount":1,"duplicateCount":0},"createTime":"2026-01-02T03:04:05+00:00"}},
        "holds":{"job":["0000000000000000000000000000000000000000000000000000000000000000"]}}
        """;

    private const string Recipe = """
        {"job":{"$type":"training","dataset":{"id":"sums","digest":"0000000000000000000000000000000000000000000000000000000000000000"},
        "verifier":{"name":"exact","argument":""},"objective":"reinforce","steps":50,"prompts":16,"samples":8,"maxAnswerTokens":32,"learningRate":0.01,
        "klCoefficient":0.1,"temperature":1,"modules":"mlp","seed":1,"validationInterval":10,"patience":null,
        "gates":{"maxSpectralDrift":0.5,"regression":null,"maxRegression":2}}}
        """;

    [Fact]
    public void Data_sets() => Assert.Single(RoundTrip<DatasetLibraryState>(Datasets).Holds);

    [Fact]
    public void The_recipe_of_a_training() => Assert.IsType<AdaptationJob.Training>(RoundTrip<AdaptationExamplesState>(Recipe).Job);

    [Fact]
    public void States_from_before_trainings_are_read()
    {
        var library = JsonSerializer.Deserialize<ExpertLibraryState>(
            """
            {"version":3,"experts":{"math":{"id":"math","displayName":"Maths","content":{
            "digest":"0000000000000000000000000000000000000000000000000000000000000000",
            "sizeBytes":10,"parameterCount":7,"matrixCount":2,"baseFingerprint":"b","decompositionFingerprint":"d",
            "modules":"mlp","task":"math","description":""},"createTime":"2026-01-02T03:04:05+00:00","etag":"3-00000000"}}}
            """,
            Json)!;
        var jobs = JsonSerializer.Deserialize<AdaptationIndexState>("""{"jobs":[{"id":"job","number":1}],"created":2}""", Json)!;

        Assert.False(library.Experts[ExpertId.Parse("math")].IsQuarantined);
        Assert.Empty(library.Publications);
        Assert.False(Assert.Single(jobs.Jobs).IsTraining);
    }

    [Fact]
    public void A_job() => Assert.Equal(AdaptationState.Running, RoundTrip<AdaptationJobState>(Search).Record!.State);

    [Fact]
    public void The_examples_of_a_job() => Assert.IsType<AdaptationJob.Classifier>(RoundTrip<AdaptationExamplesState>(Training).Job);

    [Fact]
    public void A_tenants_jobs() =>
        Assert.Equal(2, RoundTrip<AdaptationIndexState>("""{"jobs":[{"id":"job","number":1,"isTraining":true}],"created":2}""").Created);

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
