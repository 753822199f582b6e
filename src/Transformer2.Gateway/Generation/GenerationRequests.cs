using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Google.Protobuf.Collections;
using Transformer2.Abstractions;
using Transformer2.V1;

namespace Transformer2.Gateway;

/// <summary>Checks generation requests and translates them.</summary>
internal static partial class GenerationRequests
{
    /// <summary>The request without its selection.</summary>
    /// <param name="request">What the client sent.</param>
    /// <param name="vocabularySize">Number of token ids of the base model.</param>
    public static GenerationSpec ToSpec(this GenerateRequest request, int vocabularySize) => new()
    {
        RequestId = RequestId(request.RequestId),
        Text = request.InputCase == GenerateRequest.InputOneofCase.Messages ? null : Prompt(request.Prompt),
        Messages = request.InputCase == GenerateRequest.InputOneofCase.Messages ? Messages(request.Messages) : [],
        MaxTokens = MaxTokens(request),
        MinTokens = request.MinTokens >= 0 && request.MinTokens <= MaxTokens(request)
            ? request.MinTokens
            : throw Fields.Invalid("min_tokens", "min_tokens is not from 0 to max_tokens."),
        Answers = Answers(request),
        Logprobs = request.Logprobs is >= 0 and <= GenerationLimits.Logprobs
            ? request.Logprobs
            : throw Fields.Invalid("logprobs", $"logprobs is not from 0 to {GenerationLimits.Logprobs}."),
        Temperature = !request.HasTemperature ? 0 : request.Temperature is >= 0 and <= GenerationLimits.Temperature
            ? request.Temperature
            : throw Fields.Invalid("temperature", $"temperature is not a number from 0 to {GenerationLimits.Temperature}."),
        TopP = !request.HasTopP ? 1 : request.TopP is > 0 and <= 1
            ? request.TopP
            : throw Fields.Invalid("top_p", "top_p is not a number above 0 and up to 1."),
        TopK = !request.HasTopK ? 0 : request.TopK is >= 0 and <= GenerationLimits.TopK
            ? request.TopK
            : throw Fields.Invalid("top_k", $"top_k is not from 0 to {GenerationLimits.TopK}."),
        Seed = request.HasSeed ? request.Seed : null,
        Stop = Stop(request.Stop),
        MinP = !request.HasMinP ? 0 : request.MinP is >= 0 and <= 1
            ? request.MinP
            : throw Fields.Invalid("min_p", "min_p is not a number from 0 to 1."),
        RepetitionPenalty = !request.HasRepetitionPenalty ? 1 : request.RepetitionPenalty is >= GenerationLimits.LeastRepetitionPenalty and <= GenerationLimits.RepetitionPenalty
            ? request.RepetitionPenalty
            : throw Fields.Invalid(
                "repetition_penalty",
                FormattableString.Invariant(
                    $"repetition_penalty is not a number from {GenerationLimits.LeastRepetitionPenalty} to {GenerationLimits.RepetitionPenalty}.")),
        FrequencyPenalty = Penalty(request.FrequencyPenalty, "frequency_penalty"),
        PresencePenalty = Penalty(request.PresencePenalty, "presence_penalty"),
        LogitBias = LogitBias(request.LogitBias, vocabularySize),
        Priority = request.Priority switch
        {
            Priority.Unspecified or Priority.Interactive => GenerationPriority.Interactive,
            Priority.Batch => GenerationPriority.Batch,
            Priority.Background => GenerationPriority.Background,
            _ => throw Fields.Invalid("priority", $"priority {(int)request.Priority} is none that this server knows."),
        },
    };

    /// <summary>What a dispatch is asked about; null without a prompt.</summary>
    public static GenerationSpec? ToSpec(this DispatchRequest request) => request.InputCase == DispatchRequest.InputOneofCase.None ? null : new()
    {
        RequestId = RequestId(""),
        Text = request.InputCase == DispatchRequest.InputOneofCase.Messages ? null : Prompt(request.Prompt),
        Messages = request.InputCase == DispatchRequest.InputOneofCase.Messages ? Messages(request.Messages) : [],
        MaxTokens = 1,
    };

    private static int MaxTokens(GenerateRequest request) => request.MaxTokens switch
    {
        0 => GenerationLimits.DefaultTokens,
        > 0 and <= GenerationLimits.MaxTokens => request.MaxTokens,
        _ => throw Fields.Invalid("max_tokens", $"max_tokens is not from 1 to {GenerationLimits.MaxTokens}."),
    };

    private static int Answers(GenerateRequest request)
    {
        if (request.N is < 0 or > GenerationLimits.Answers)
            throw Fields.Invalid("n", $"n is not from 1 to {GenerationLimits.Answers}.");
        var answers = Math.Max(1, request.N);
        return answers * MaxTokens(request) <= GenerationLimits.MaxTokens
            ? answers
            : throw Fields.Invalid("n", $"n answers of max_tokens have more than {GenerationLimits.MaxTokens} tokens together.");
    }

    private static string Prompt(string prompt)
    {
        if (prompt.Length == 0)
            throw new PlatformException(ErrorReason.PromptEmpty, "There is nothing to answer: set prompt or messages.");
        RequireSize(Encoding.UTF8.GetByteCount(prompt));
        return prompt;
    }

    private static ImmutableArray<ChatTurn> Messages(ChatMessages messages)
    {
        if (messages.Messages.Count == 0)
            throw new PlatformException(ErrorReason.PromptEmpty, "There is nothing to answer: messages is empty.");
        if (messages.Messages.All(message => message.Content.Length == 0))
            throw new PlatformException(ErrorReason.PromptEmpty, "There is nothing to answer: every message is empty.");
        if (messages.Messages.Count > GenerationLimits.Messages)
            throw new PlatformException(ErrorReason.PromptTooLong, $"There are more than {GenerationLimits.Messages} messages.");
        if (messages.Messages.Any(message => message.Role.Length is 0 or > GenerationLimits.RoleLength))
            throw Fields.Invalid("messages.role", $"A role has 1 to {GenerationLimits.RoleLength} characters.");
        RequireSize(messages.Messages.Sum(message => Encoding.UTF8.GetByteCount(message.Content)));
        return [.. messages.Messages.Select(message => new ChatTurn(message.Role, message.Content))];
    }

    private static void RequireSize(int bytes)
    {
        if (bytes > GenerationLimits.PromptBytes)
            throw new PlatformException(
                ErrorReason.PromptTooLong, $"The prompt has {bytes} bytes; at most {GenerationLimits.PromptBytes} are read.");
    }

    private static ImmutableArray<string> Stop(RepeatedField<string> texts)
    {
        if (texts.Count > GenerationLimits.StopTexts)
            throw Fields.Invalid("stop", $"There are more than {GenerationLimits.StopTexts} stop texts.");
        if (texts.Any(text => text.Length is 0 or > GenerationLimits.StopLength))
            throw Fields.Invalid("stop", $"A stop text has 1 to {GenerationLimits.StopLength} characters.");
        return [.. texts];
    }

    private static double Penalty(double penalty, string field) =>
        penalty is >= -GenerationLimits.Penalty and <= GenerationLimits.Penalty
            ? penalty
            : throw Fields.Invalid(field, $"{field} is not a number from -{GenerationLimits.Penalty} to {GenerationLimits.Penalty}.");

    private static ImmutableDictionary<int, double> LogitBias(MapField<int, double> bias, int vocabularySize)
    {
        if (bias.Count > GenerationLimits.BiasedTokens)
            throw Fields.Invalid("logit_bias", $"logit_bias names more than {GenerationLimits.BiasedTokens} tokens.");
        foreach (var (id, value) in bias)
        {
            if (id < 0 || id >= vocabularySize)
                throw Fields.Invalid("logit_bias", $"logit_bias names the token {id}; the vocabulary has {vocabularySize}.");
            if (value is not (>= -GenerationLimits.Bias and <= GenerationLimits.Bias))
                throw Fields.Invalid("logit_bias", $"The bias of token {id} is not a number from -{GenerationLimits.Bias} to {GenerationLimits.Bias}.");
        }

        return bias.ToImmutableDictionary();
    }

    private static string RequestId(string id)
    {
        if (id.Length == 0)
            return Guid.NewGuid().ToString("n");
        return id.Length <= GenerationLimits.RequestIdLength && RequestIdForm().IsMatch(id)
            ? id
            : throw Fields.Invalid("request_id", $"request_id is not 1 to {GenerationLimits.RequestIdLength} of A-Z a-z 0-9 . _ : -");
    }

    [GeneratedRegex(@"\A[A-Za-z0-9._:-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex RequestIdForm();
}
