using System.Text.Json;

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
