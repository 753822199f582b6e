using Grpc.Core;
using Transformer2.V1;

namespace Transformer2.Cli.Tests;

/// <summary>Answers with scripted events.</summary>
internal sealed class FakeGeneration : GenerationService.GenerationServiceBase
{
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The last request.</summary>
    public GenerateRequest? Request { get; private set; }

    /// <summary>The last question for a choice.</summary>
    public DispatchRequest? Asked { get; private set; }

    /// <summary>The deadline of the last request.</summary>
    public DateTime Deadline { get; private set; }

    /// <summary>Thrown after the text, when set.</summary>
    public RpcException? Failure { get; set; }

    /// <summary>Waits for <see cref="Release"/> or the end of the call before it completes.</summary>
    public bool Holds { get; set; }

    /// <summary>Completes when a held call was cancelled by its client.</summary>
    public Task Cancelled => _cancelled.Task;

    public void Release() => _release.TrySetResult();

    public override Task<DispatchResponse> Dispatch(DispatchRequest request, ServerCallContext context)
    {
        Asked = request;
        return Task.FromResult(new DispatchResponse
        {
            Dispatched = new Dispatched
            {
                Strategy = "prompt",
                Model = "nano",
                Composition = "linear",
                Experts = { new SelectedExpert { Name = "tenants/demo/experts/math", Digest = "d1", Weight = 1 } },
                Decision = new DispatchDecision
                {
                    Category = "sums",
                    Confidence = 0.75,
                    Template = "nano/1",
                    Version = "library/3 policy/1",
                    Memoized = true,
                    Categories =
                    {
                        new CategoryScore
                        {
                            Category = "sums",
                            Probability = 0.75,
                            Logprob = -0.25,
                            Experts = { new SelectedExpert { Name = "tenants/demo/experts/math", Digest = "d1", Weight = 1 } },
                        },
                        new CategoryScore { Category = "verse", Probability = 0.25 },
                    },
                },
            },
        });
    }

    public override async Task Generate(GenerateRequest request, IServerStreamWriter<GenerateResponse> responses, ServerCallContext context)
    {
        (Request, Deadline) = (request, context.Deadline);
        if (Failure is not null)
        {
            throw Failure;
        }

        await responses.WriteAsync(new GenerateResponse
        {
            Dispatched = new Dispatched
            {
                Strategy = "expert",
                Model = "nano",
                RequestId = "r1",
                Experts = { new SelectedExpert { Name = "tenants/demo/experts/math", Digest = "d1", Weight = 1 } },
            },
        });
        // The last answer ends first, as may happen.
        for (var answer = request.N - 1; answer >= 0 && request.N > 1; answer--)
        {
            await responses.WriteAsync(new GenerateResponse { Delta = new Delta { Text = "answer", AnswerIndex = answer } });
            await responses.WriteAsync(new GenerateResponse { Delta = new Delta { Text = $" {answer}", AnswerIndex = answer } });
            await responses.WriteAsync(new GenerateResponse { AnswerCompleted = new AnswerCompleted { AnswerIndex = answer } });
        }

        await responses.WriteAsync(new GenerateResponse { Delta = new Delta { Text = "forty", TokenIds = { 4 } } });
        if (Holds)
        {
            using var registration = context.CancellationToken.Register(() => _cancelled.TrySetResult());
            await Task.WhenAny(_release.Task, _cancelled.Task);
        }

        await responses.WriteAsync(new GenerateResponse { Delta = new Delta { Text = "-two", TokenIds = { 2, 7 } } });
        await responses.WriteAsync(new GenerateResponse
        {
            Completed = new Completed
            {
                FinishReason = FinishReason.Stop,
                Usage = new Usage { PromptTokens = 5, CompletionTokens = 3, CachedPromptTokens = 4 },
                Timings = new Timings(),
            },
        });
    }
}
