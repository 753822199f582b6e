using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Transformer2.V1;

namespace Transformer2.Client;

/// <summary>
/// The platform as seen by one key. Every method throws <see cref="Transformer2Exception"/> for a refused call and
/// <see cref="OperationCanceledException"/> for a cancelled one. Safe for use by many threads at once.
/// </summary>
public sealed class Transformer2Client : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly GrpcChannel _channel;
    private readonly Rpc _rpc;
    private readonly GenerationService.GenerationServiceClient _generation;
    private readonly ClusterService.ClusterServiceClient _cluster;

    /// <summary>Makes a client; the first call connects.</summary>
    /// <param name="options">Where and who.</param>
    public Transformer2Client(Transformer2ClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _channel = GrpcChannel.ForAddress(options.Address, new GrpcChannelOptions { HttpHandler = Transport(), DisposeHttpClient = true });
        _rpc = new Rpc(options.Address);
        var invoker = _channel.Intercept(headers => WithKey(headers, options.ApiKey));
        _generation = new GenerationService.GenerationServiceClient(invoker);
        _cluster = new ClusterService.ClusterServiceClient(invoker);
        Experts = new ExpertLibrary(new ExpertService.ExpertServiceClient(invoker), _rpc);
        Adaptation = new SelfAdaptation(new AdaptationService.AdaptationServiceClient(invoker), _rpc);
        var training = new TrainingService.TrainingServiceClient(invoker);
        Datasets = new DatasetLibrary(training, _rpc);
        Training = new ExpertTraining(training, _rpc);
        Tenants = new TenantAdministration(new TenantService.TenantServiceClient(invoker), _rpc);
    }

    /// <summary>The experts of the key's tenant.</summary>
    public ExpertLibrary Experts { get; }

    /// <summary>How the prompts of the key's tenant are dispatched, and the jobs that make experts for it.</summary>
    public SelfAdaptation Adaptation { get; }

    /// <summary>The data sets of the key's tenant.</summary>
    public DatasetLibrary Datasets { get; }

    /// <summary>The jobs that train experts for the key's tenant.</summary>
    public ExpertTraining Training { get; }

    /// <summary>Tenants and their keys; needs an admin key.</summary>
    public TenantAdministration Tenants { get; }

    /// <summary>
    /// Generates an answer: what was selected, text as it becomes available, and how it ended. Leaving the enumeration, or cancelling,
    /// ends the generation on the server.
    /// </summary>
    public IAsyncEnumerable<GenerateResponse> GenerateAsync(GenerateRequest request, CancellationToken cancellationToken = default) =>
        GenerateAsync(request, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>As <see cref="GenerateAsync(GenerateRequest, CancellationToken)"/>, with a bound for all of it.</summary>
    /// <param name="request">What to answer.</param>
    /// <param name="timeout">The call ends with <see cref="StatusCode.DeadlineExceeded"/> after this time, or before when it could not begin in time.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async IAsyncEnumerable<GenerateResponse> GenerateAsync(
        GenerateRequest request, TimeSpan timeout, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        DateTime? deadline = timeout == Timeout.InfiniteTimeSpan ? null : TimeProvider.System.GetUtcNow().UtcDateTime + timeout;
        using var call = _generation.Generate(request, deadline: deadline, cancellationToken: cancellationToken);
        while (await _rpc.NextAsync(call.ResponseStream, cancellationToken))
        {
            yield return call.ResponseStream.Current;
        }
    }

    /// <summary>Resolves a selection without generating: which experts, by content, would answer.</summary>
    /// <param name="selection">What to resolve; null is the base model. Not auto, which needs a prompt.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<Dispatched> DispatchAsync(ExpertSelection? selection, CancellationToken cancellationToken = default) =>
        DispatchAsync(new DispatchRequest { Selection = selection }, cancellationToken);

    /// <summary>Pass 1 alone: which experts, by content, would answer a prompt, and why.</summary>
    public async Task<Dispatched> DispatchAsync(DispatchRequest request, CancellationToken cancellationToken = default) =>
        (await _rpc.CallAsync(_generation.DispatchAsync(request, cancellationToken: cancellationToken), cancellationToken)).Dispatched;

    /// <summary>The base model that the platform serves.</summary>
    public async Task<Model> GetModelAsync(CancellationToken cancellationToken = default) =>
        (await _rpc.CallAsync(_cluster.GetModelAsync(new GetModelRequest(), cancellationToken: cancellationToken), cancellationToken)).Model;

    /// <summary>Closes the connection and ends what still runs.</summary>
    public void Dispose() => _channel.Dispose();

    // A host that swallows everything does not hold a caller for ever; a generation may be silent as long as its server answers pings.
    private static SocketsHttpHandler Transport() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = Patience,
        KeepAlivePingDelay = Patience,
        KeepAlivePingTimeout = Patience,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
    };

    private static Metadata WithKey(Metadata headers, string? key)
    {
        if (key is not null)
        {
            headers.Add("authorization", $"Bearer {key}");
        }

        return headers;
    }
}
