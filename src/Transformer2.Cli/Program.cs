using Transformer2.Cli;

return await T2.RunAsync(args, CliHost.OfProcess());
