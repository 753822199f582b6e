using System.CommandLine;
using Transformer2.Benchmarks;

return await new RootCommand("Measures on this machine and prints medians and ratios.")
{
    LoadBenchmark.Command(),
    DecomposeBenchmark.Command(),
    TokenizeBenchmark.Command(),
    ChildProcess.Command(LoadBenchmark.Once, DecomposeBenchmark.Once),
}.Parse(args).InvokeAsync();
