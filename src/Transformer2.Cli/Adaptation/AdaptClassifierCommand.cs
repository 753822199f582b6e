using System.CommandLine;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary><c>t2 adapt classifier</c>.</summary>
internal static class AdaptClassifierCommand
{
    public static Command Create(GlobalOptions global)
    {
        var job = new JobArguments("Lines of JSON, {\"prompt\": …, \"label\": …}: prompts with their categories");
        var objective = new Option<string>("--objective") { Description = "next-token (default) or reinforce", HelpName = "name" };
        objective.AcceptOnly(ObjectiveNames.NextToken, ObjectiveNames.Reinforce);
        var steps = new Option<int?>("--steps") { Description = "Steps of the training", HelpName = "number" };
        var seed = new Option<ulong?>("--seed") { Description = "Repeats a training", HelpName = "number" };
        var command = new Command("classifier", "Trains an expert that tells the platform which category a prompt belongs to.") { objective, steps, seed };
        job.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var request = job.Read(parsed);
            request.Classifier = new ClassifierTraining { Objective = parsed.GetValue(objective) ?? "", Steps = parsed.GetValue(steps) ?? 0 };
            if (parsed.GetValue(seed) is { } number)
            {
                request.Classifier.Seed = number;
            }

            var prompts = await LabelledPromptFile.ReadAsync(job.Examples(parsed), cancellationToken);
            request.Classifier.Prompts.Add(prompts.Select(prompt => new LabelledPrompt { Prompt = prompt.Prompt, Label = prompt.Label }));
            return await job.RunAsync(global, parsed, request, cancellationToken);
        });
        return command;
    }
}
