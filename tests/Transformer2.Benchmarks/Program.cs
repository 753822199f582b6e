using System.CommandLine;
using Transformer2.Benchmarks;

return await new RootCommand("Measures on this machine and prints medians and ratios.")
{
    LoadBenchmark.Command(),
    DecomposeBenchmark.Command(),
    AgreeBenchmark.Command(),
    DecodeBenchmark.Command(),
    PrefillBenchmark.Command(),
    MixedBenchmark.Command(),
    MergedBenchmark.Command(),
    ExpertsBenchmark.Command(),
    PrefixBenchmark.Command(),
    CancelBenchmark.Command(),
    FloodBenchmark.Command(),
    NeighbourBenchmark.Command(),
    AdaptersBenchmark.Command(),
    AllocationBenchmark.Command(),
    SearchBenchmark.Command(),
    DispatchBenchmark.Command(),
    KernelsBenchmark.Command(),
    SampleBenchmark.Command(),
    TokenizeBenchmark.Command(),
    TrainBenchmark.Command(),
    ChildProcess.Command(LoadBenchmark.Once, DecomposeBenchmark.Once),
    BusyProcess.Command(),
}.Parse(args).InvokeAsync();
