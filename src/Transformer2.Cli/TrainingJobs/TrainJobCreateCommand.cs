using System.CommandLine;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary><c>t2 train job create</c>.</summary>
internal static class TrainJobCreateCommand
{
    public static Command Create(GlobalOptions global)
    {
        var dataset = new Option<string>("--dataset") { Description = "Id of the data set", HelpName = "id", Required = true };
        var recipe = new TrainJobRecipe();
        var id = new Option<string>("--id") { Description = "Id of the job; without one the server chooses it", HelpName = "id" };
        var expertId = new Option<string>("--expert-id") { Description = "Id of the expert that is made; without one the job's", HelpName = "id" };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace an expert that has this id" };
        var noWait = new Option<bool>("--no-wait") { Description = "Do not wait for the job's end" };
        var files = new TrainJobFiles();
        var command = new Command("create", "Begins a job that trains an expert.") { dataset };
        recipe.AddTo(command);
        foreach (var option in new Option[] { id, expertId, overwrite, noWait })
        {
            command.Add(option);
        }

        files.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var course = files.Read(parsed);
            var request = new CreateTrainingRequest
            {
                TrainingId = parsed.GetValue(id) ?? "",
                ExpertId = parsed.GetValue(expertId) ?? "",
                Overwrite = parsed.GetValue(overwrite),
                Recipe = recipe.Read(parsed),
                Gates = recipe.ReadGates(parsed),
            };
            request.Recipe.Dataset = parsed.GetValue(dataset);
            using var client = global.Connect(parsed, KeyRole.Tenant);
            var training = await client.Training.CreateAsync(request, cancellationToken);
            if (!parsed.GetValue(noWait))
            {
                return await TrainJobWait.RunAsync(global, parsed, client, training.Name, course, everyChange: false, cancellationToken);
            }

            global.Printer(parsed).Print(training, () => TrainJobView.Details(training));
            return ExitCode.Success;
        });
        return command;
    }
}
