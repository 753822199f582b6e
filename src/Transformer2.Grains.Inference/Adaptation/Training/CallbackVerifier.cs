using System.Globalization;
using System.Threading.Channels;
using Google.Protobuf.Collections;
using Grpc.Core;
using Grpc.Net.Client;
using Transformer2.Abstractions;
using Transformer2.Training.Tasks;
using Transformer2.V1;

namespace Transformer2.Grains.Inference;

/// <summary>
/// Has answers judged by a service that the tenant hosts. Answers that are to be judged at the same time go into one call; a call that fails is repeated, and
/// one that is answered with what is no reward is not.
/// </summary>
internal sealed class CallbackVerifier : IVerifier, IDisposable
{
    /// <summary>Most answers of a call; part of the contract in reward.proto.</summary>
    public const int MostAnswers = 256;

    // What a gRPC server reads without being told to read more, with room to spare.
    private const int MostCharacters = 1 << 20;
    private const int MostResponseBytes = 64 << 10;
    private const int LongestDetail = 200;
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(5);

    private readonly TrainingOptions _options;
    private readonly GrpcChannel _channel;
    private readonly RewardService.RewardServiceClient _service;
    private readonly Channel<Waiting> _waiting = Channel.CreateUnbounded<Waiting>();
    private readonly CancellationTokenSource _disposed = new();

    public CallbackVerifier(Uri address, TrainingOptions options)
    {
        _options = options;

        // Where it leads to is not where the operator allows calls to.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = options.RewardTimeout };
        _channel = GrpcChannel.ForAddress(
            address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, MaxReceiveMessageSize = MostResponseBytes, MaxRetryAttempts = 1 });
        _service = new(_channel);
        _ = Task.Run(Serve);
    }

    public string Name => TrainingVerifier.Callback;

    public async ValueTask<Verdict> Verify(TaskQuestion question, string answer, CancellationToken cancellationToken)
    {
        var asked = new ScoredAnswer { QuestionId = question.Id, Prompt = question.Messages[^1].Content, Answer = answer, Reference = question.Reference };
        var waiting = new Waiting(asked, new(TaskCreationOptions.RunContinuationsAsynchronously));
        await _waiting.Writer.WriteAsync(waiting, cancellationToken);
        var reward = await waiting.Reward.Task.WaitAsync(cancellationToken);
        return new(IsRight: reward > 0, reward);
    }

    public void Dispose()
    {
        _waiting.Writer.TryComplete();
        _disposed.Cancel();
        _channel.Dispose();
        _disposed.Dispose();
    }

    private async Task Serve()
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(_disposed.Token))
            {
                await Task.Delay(Gathering, _disposed.Token);
                var batch = Batch();
                if (batch.Count > 0)
                    await Score(batch);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The training is over, and nobody waits any more.
        }
    }

    private List<Waiting> Batch()
    {
        var batch = new List<Waiting>();
        var characters = 0;
        while (batch.Count < MostAnswers && _waiting.Reader.TryPeek(out var next))
        {
            characters += next.Answer.Prompt.Length + next.Answer.Answer.Length + next.Answer.Reference.Length;
            if (batch.Count > 0 && characters > MostCharacters)
                break;
            batch.Add(next);
            _waiting.Reader.TryRead(out _);
        }

        return batch;
    }

    private async Task Score(List<Waiting> batch)
    {
        try
        {
            var rewards = await Rewards(new ScoreRequest { Answers = { batch.Select(waiting => waiting.Answer) } });
            foreach (var (waiting, reward) in batch.Zip(rewards))
                waiting.Reward.SetResult(reward);
        }
        catch (Exception exception)
        {
            foreach (var waiting in batch)
                waiting.Reward.TrySetException(exception);
        }
    }

    private async Task<RepeatedField<double>> Rewards(ScoreRequest request)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var deadline = TimeProvider.System.GetUtcNow().UtcDateTime + _options.RewardTimeout;
                return Checked(await _service.ScoreAsync(request, deadline: deadline, cancellationToken: _disposed.Token), request.Answers.Count);
            }
            catch (RpcException exception) when (!_disposed.IsCancellationRequested)
            {
                if (attempt >= _options.RewardRetries)
                    throw Failed(exception.StatusCode == StatusCode.DeadlineExceeded ? "TIMEOUT" : "CALL", Text(exception, attempt + 1));
                await Task.Delay(_options.RewardPause * Math.Pow(2, attempt), _disposed.Token);
            }
        }
    }

    private string Text(RpcException exception, int attempts)
    {
        var detail = new string([.. exception.Status.Detail.Take(LongestDetail).Select(letter => char.IsControl(letter) ? ' ' : letter)]);
        return exception.StatusCode == StatusCode.DeadlineExceeded
            ? string.Create(CultureInfo.InvariantCulture, $"The reward service did not answer within {_options.RewardTimeout.TotalSeconds:0.#} s, {attempts} times.")
            : string.Create(CultureInfo.InvariantCulture, $"The reward service failed {attempts} times: {exception.StatusCode}, {detail}");
    }

    private static RepeatedField<double> Checked(ScoreResponse response, int count)
    {
        if (response.Rewards.Count != count)
            throw Failed("COUNT", $"The reward service gave {response.Rewards.Count} rewards for {count} answers.");
        if (response.Rewards.Any(reward => !double.IsFinite(reward)))
            throw Failed("NOT_FINITE", "The reward service gave a reward that is no number.");
        return response.Rewards.Any(reward => reward is < -1 or > 1)
            ? throw Failed("RANGE", "The reward service gave a reward that is not from -1 to 1.")
            : response.Rewards;
    }

    private static VerificationException Failed(string cause, string message) =>
        new(message, new PlatformException(ErrorReason.RewardFailed, message, ("cause", cause)));

    private sealed record Waiting(ScoredAnswer Answer, TaskCompletionSource<double> Reward);
}
