namespace Transformer2.Engine;

/// <summary>What <see cref="GenerationRequest.ExpertLabel"/> says of a request that has not exactly one expert.</summary>
public static class ExpertLabels
{
    /// <summary>The base model as it is.</summary>
    public const string Base = "base";

    /// <summary>Several experts, or one with a weight.</summary>
    public const string Mixture = "mixture";
}
