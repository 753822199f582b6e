using Transformer2.Client;

namespace Transformer2.Cli;

/// <summary>Shows how far a transfer is.</summary>
internal sealed class TransferReport(ProgressLine line, string verb) : IProgress<TransferProgress>
{
    public void Report(TransferProgress value) => line.Report(() => value.TotalBytes is { } total
        ? $"{verb} {Amounts.Bytes(value.Bytes)} of {Amounts.Bytes(total)}"
        : $"{verb} {Amounts.Bytes(value.Bytes)}");
}
