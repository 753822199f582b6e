using Transformer2.Training.Classification;

namespace Transformer2.Cli;

/// <summary>What a classifier learns from, by the names of the command line.</summary>
internal static class ObjectiveNames
{
    public const string NextToken = "next-token";
    public const string Reinforce = "reinforce";

    public static string Of(ClassifierObjective objective) => objective == ClassifierObjective.NextToken ? NextToken : Reinforce;

    public static ClassifierObjective Parse(string? name) => name == Reinforce ? ClassifierObjective.Reinforce : ClassifierObjective.NextToken;
}
