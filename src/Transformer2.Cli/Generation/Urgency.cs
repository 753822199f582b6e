namespace Transformer2.Cli;

/// <summary>The values of <c>--priority</c>.</summary>
internal enum Urgency
{
    Interactive,
    Batch,
    Background,
}
