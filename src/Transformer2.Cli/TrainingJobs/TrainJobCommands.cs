using System.CommandLine;
using Transformer2.Client;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary><c>t2 train job</c>: jobs of a server that train experts.</summary>
internal static class TrainJobCommands
{
    public static Command Create(GlobalOptions global) => new("job", "Jobs of the server that train experts on data sets.")
    {
        TrainJobCreateCommand.Create(global),
        List(global),
        Change(global, "show", "Describes a job.", (client, id, cancellationToken) => client.GetAsync(id, cancellationToken)),
        Watch(global),
        Change(global, "pause", "Interrupts a job until it is resumed.", (client, id, cancellationToken) => client.PauseAsync(id, cancellationToken)),
        Change(global, "resume", "Goes on with a job that was paused.", (client, id, cancellationToken) => client.ResumeAsync(id, cancellationToken)),
        Change(global, "cancel", "Ends a job.", (client, id, cancellationToken) => client.CancelAsync(id, cancellationToken)),
        Delete(global),
    };

    private static Command Change(
        GlobalOptions global, string name, string description, Func<ExpertTraining, string, CancellationToken, Task<V1.Training>> change)
    {
        var id = Id();
        var command = new Command(name, description) { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Tenant);
            var training = await change(client.Training, parsed.GetValue(id)!, cancellationToken);
            global.Printer(parsed).Print(training, () => TrainJobView.Details(training));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command List(GlobalOptions global)
    {
        var command = new Command("list", "Lists the jobs, newest first.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Tenant);
            var trainings = await client.Training.ListAsync(cancellationToken: cancellationToken).ToListAsync(cancellationToken);
            global.Printer(parsed).PrintList("trainings", trainings, () => TrainJobView.Table(trainings));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Watch(GlobalOptions global)
    {
        var id = Id();
        var files = new TrainJobFiles();
        var command = new Command("watch", "Follows a job until it has ended.") { id };
        files.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = files.Read(parsed);
            using var client = global.Connect(parsed, KeyRole.Tenant);
            return await TrainJobWait.RunAsync(global, parsed, client, parsed.GetValue(id)!, output, everyChange: true, cancellationToken);
        });
        return command;
    }

    private static Command Delete(GlobalOptions global)
    {
        var id = Id();
        var command = new Command("delete", "Removes a job that has ended; its expert stays.") { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Tenant);
            var deleted = new DeletedTraining(parsed.GetValue(id)!);
            await client.Training.DeleteAsync(deleted.Id, cancellationToken);
            global.Printer(parsed).PrintRecord(deleted, () => $"deleted {deleted.Id}\n");
            return ExitCode.Success;
        });
        return command;
    }

    private static Argument<string> Id() => new("id") { Description = "Id of the job, or tenants/{tenant}/trainings/{id}" };

    private sealed record DeletedTraining(string Id);
}
