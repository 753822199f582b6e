using System.CommandLine;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary><c>t2 dataset</c>: the tenant's data sets.</summary>
internal static class DatasetCommands
{
    public static Command Create(GlobalOptions global) => new("dataset", "The tenant's data sets, which experts are trained on.")
    {
        Upload(global),
        List(global),
        Show(global),
        Delete(global),
    };

    private static Command Upload(GlobalOptions global)
    {
        var file = new Argument<string>("file") { Description = "The data set: lines of JSON" };
        var id = new Option<string>("--id") { Description = "Id of the data set", HelpName = "id", Required = true };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace a data set that has this id" };
        var command = new Command("upload", "Adds a data set.") { file, id, overwrite };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var content = LocalFile.Open(parsed.GetValue(file)!);
            using var client = global.Connect(parsed, KeyRole.Tenant);
            using var progress = new ProgressLine(global.Host);
            var dataset = await client.Datasets.UploadAsync(
                new UploadDatasetMetadata { DatasetId = parsed.GetValue(id), Overwrite = parsed.GetValue(overwrite) },
                content,
                new TransferReport(progress, "uploaded"),
                cancellationToken);
            progress.Dispose();
            global.Printer(parsed).Print(dataset, () => DatasetView.Details(dataset));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command List(GlobalOptions global)
    {
        var command = new Command("list", "Lists the data sets.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Tenant);
            var datasets = await client.Datasets.ListAsync(cancellationToken: cancellationToken).ToListAsync(cancellationToken);
            global.Printer(parsed).PrintList("datasets", datasets, () => DatasetView.Table(datasets));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Show(GlobalOptions global)
    {
        var id = Id();
        var command = new Command("show", "Describes a data set.") { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Tenant);
            var dataset = await client.Datasets.GetAsync(parsed.GetValue(id)!, cancellationToken);
            global.Printer(parsed).Print(dataset, () => DatasetView.Details(dataset));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Delete(GlobalOptions global)
    {
        var id = Id();
        var command = new Command("delete", "Removes a data set. Jobs that have begun with it go on.") { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Tenant);
            var deleted = new DeletedDataset(parsed.GetValue(id)!);
            await client.Datasets.DeleteAsync(deleted.Id, cancellationToken);
            global.Printer(parsed).PrintRecord(deleted, () => $"deleted {deleted.Id}\n");
            return ExitCode.Success;
        });
        return command;
    }

    private static Argument<string> Id() => new("id") { Description = "Id of the data set, or tenants/{tenant}/datasets/{id}" };

    private sealed record DeletedDataset(string Id);
}
