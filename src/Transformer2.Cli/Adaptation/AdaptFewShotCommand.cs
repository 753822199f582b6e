using System.CommandLine;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary><c>t2 adapt few-shot</c>.</summary>
internal static class AdaptFewShotCommand
{
    public static Command Create(GlobalOptions global)
    {
        var job = new JobArguments("Lines of JSON, {\"prompt\": …, \"answer\": …}: examples of the task");
        var experts = new Option<string[]>("--expert") { Description = "Expert to mix; repeated", HelpName = "id", Required = true };
        var seed = new Option<ulong?>("--seed") { Description = "Repeats a search", HelpName = "number" };
        var perMatrix = new Option<bool>("--per-matrix") { Description = "One weight for each expert and matrix instead of one for each expert" };
        var strategy = new Option<string>("--strategy") { Description = "cem (default), random-shooting or uniform", HelpName = "name" };
        var population = new Option<int?>("--population") { Description = "Candidates of a generation", HelpName = "number" };
        var generations = new Option<int?>("--generations") { Description = "Most generations", HelpName = "number" };
        var eliteRatio = new Option<double?>("--elite-ratio") { Description = "Share of the candidates that decide the next generation", HelpName = "share" };
        var parity = new Option<bool>("--parity") { Description = "The published method's settings instead of the platform's" };
        var command = new Command("few-shot", "Finds the mixture of experts that answers a handful of examples best.")
        {
            experts, seed, perMatrix, strategy, population, generations, eliteRatio, parity,
        };
        job.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var request = job.Read(parsed);
            request.FewShot = new V1.FewShotSearch
            {
                Experts = { parsed.GetValue(experts)! },
                Strategy = parsed.GetValue(strategy) ?? "",
                Parity = parsed.GetValue(parity),
                PerMatrix = parsed.GetValue(perMatrix),
                Population = parsed.GetValue(population) ?? 0,
                Generations = parsed.GetValue(generations) ?? 0,
                EliteRatio = parsed.GetValue(eliteRatio) ?? 0,
            };
            if (parsed.GetValue(seed) is { } number)
            {
                request.FewShot.Seed = number;
            }

            request.FewShot.Examples.Add(await ExampleFile.ReadAsync(job.Examples(parsed), cancellationToken));
            return await job.RunAsync(global, parsed, request, cancellationToken);
        });
        return command;
    }
}
