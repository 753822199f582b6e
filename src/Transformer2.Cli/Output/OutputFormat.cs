namespace Transformer2.Cli;

/// <summary>Who reads the output.</summary>
internal enum OutputFormat
{
    Text,
    Json,
}
