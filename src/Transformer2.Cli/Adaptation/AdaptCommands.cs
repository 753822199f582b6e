using System.CommandLine;

namespace Transformer2.Cli;

/// <summary><c>t2 adapt</c>: jobs that make experts.</summary>
internal static class AdaptCommands
{
    public static Command Create(GlobalOptions global) => new("adapt", "Jobs that make experts: mixtures from a few examples, and classification experts.")
    {
        AdaptFewShotCommand.Create(global),
        AdaptClassifierCommand.Create(global),
        Show(global),
        List(global),
        Watch(global),
        Cancel(global),
        Delete(global),
    };

    private static Command Show(GlobalOptions global)
    {
        var id = Id();
        var command = new Command("show", "Describes a job.") { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Tenant);
            var adaptation = await client.Adaptation.GetAsync(parsed.GetValue(id)!, cancellationToken);
            global.Printer(parsed).Print(adaptation, () => AdaptationView.Details(adaptation));
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
            var adaptations = await client.Adaptation.ListAsync(cancellationToken: cancellationToken).ToListAsync(cancellationToken);
            global.Printer(parsed).PrintList("adaptations", adaptations, () => AdaptationView.Table(adaptations));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Watch(GlobalOptions global)
    {
        var id = Id();
        var command = new Command("watch", "Follows a job until it has ended.") { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Tenant);
            return await AdaptationWait.RunAsync(global, parsed, client, parsed.GetValue(id)!, everyChange: true, cancellationToken);
        });
        return command;
    }

    private static Command Cancel(GlobalOptions global)
    {
        var id = Id();
        var command = new Command("cancel", "Ends a job.") { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Tenant);
            var adaptation = await client.Adaptation.CancelAsync(parsed.GetValue(id)!, cancellationToken);
            global.Printer(parsed).Print(adaptation, () => AdaptationView.Details(adaptation));
            return ExitCode.Success;
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
            var deleted = new DeletedAdaptation(parsed.GetValue(id)!);
            await client.Adaptation.DeleteAsync(deleted.Id, cancellationToken);
            global.Printer(parsed).PrintRecord(deleted, () => $"deleted {deleted.Id}\n");
            return ExitCode.Success;
        });
        return command;
    }

    private static Argument<string> Id() => new("id") { Description = "Id of the job, or tenants/{tenant}/adaptations/{id}" };

    private sealed record DeletedAdaptation(string Id);
}
