using Transformer2.Client;
using Transformer2.Experts;
using Transformer2.V1;

namespace Transformer2.EndToEnd.Tests;

/// <summary>A tenant with a key, and what tests do on its behalf.</summary>
internal sealed class TestTenant : IDisposable
{
    private Model? _model;

    private TestTenant(string id, string key, Transformer2Client client)
    {
        Id = id;
        Key = key;
        Client = client;
    }

    /// <summary>Its id.</summary>
    public string Id { get; }

    /// <summary>Its key.</summary>
    public string Key { get; }

    /// <summary>A client with its key.</summary>
    public Transformer2Client Client { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<TestTenant> CreateAsync(ServerProcess server, string id)
    {
        using var admin = server.Admin();
        await admin.Tenants.CreateAsync(id, cancellationToken: Token);
        var key = await admin.Tenants.CreateKeyAsync(id, cancellationToken: Token);
        return new TestTenant(id, key.Secret, server.Client(key.Secret));
    }

    /// <summary>An expert file for the server's model, of multipliers that a seed names.</summary>
    public async Task<byte[]> ExpertFileAsync(int seed, Func<ExpertMetadata, ExpertMetadata>? change = null)
    {
        _model ??= await Client.GetModelAsync(Token);
        var random = new Random(seed);
        var vector = new ExpertVector(_model.Matrices.Select(matrix => KeyValuePair.Create(
            matrix.Name, Enumerable.Range(0, matrix.Rank).Select(_ => (float)(0.3 + (1.4 * random.NextDouble()))).ToArray())));
        var metadata = new ExpertMetadata
        {
            BaseModel = _model.BaseFingerprint,
            Decomposition = _model.DecompositionFingerprint,
            Task = $"task-{seed}",
        };
        return ExpertFile.ToBytes(vector, change?.Invoke(metadata) ?? metadata);
    }

    /// <summary>Uploads such an expert.</summary>
    public async Task<Expert> UploadAsync(string id, int seed) =>
        await Client.Experts.UploadAsync(new UploadExpertMetadata { ExpertId = id }, await ExpertFileAsync(seed), Token);

    /// <summary>The tokens of a greedy answer.</summary>
    public async Task<int[]> AnswerAsync(string prompt, ExpertSelection? selection = null, int maxTokens = 24) =>
        [.. (await EventsAsync(new GenerateRequest { Prompt = prompt, Selection = selection, MaxTokens = maxTokens }))
            .Where(message => message.Delta is not null)
            .SelectMany(message => message.Delta.TokenIds)];

    /// <summary>All events of an answer.</summary>
    public async Task<List<GenerateResponse>> EventsAsync(GenerateRequest request) =>
        await Client.GenerateAsync(request, Token).ToListAsync(Token);

    public void Dispose() => Client.Dispose();
}
