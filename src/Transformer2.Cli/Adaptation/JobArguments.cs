using System.CommandLine;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary>What commands that begin a job have in common.</summary>
internal sealed class JobArguments
{
    private readonly Option<string> _examples;
    private readonly Option<string> _id = new("--id") { Description = "Id of the job; without one the server chooses it", HelpName = "id" };

    private readonly Option<string> _expertId = new("--expert-id")
    {
        Description = "Id of the expert that is made; without one the job's",
        HelpName = "id",
    };

    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace an expert that has this id" };
    private readonly Option<bool> _noWait = new("--no-wait") { Description = "Do not wait for the job's end" };

    /// <param name="examples">What the file of examples holds.</param>
    public JobArguments(string examples) =>
        _examples = new Option<string>("--examples") { Description = examples, HelpName = "file", Required = true };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _examples, _id, _expertId, _overwrite, _noWait })
        {
            command.Add(option);
        }
    }

    /// <summary>The file of examples.</summary>
    public string Examples(ParseResult parsed) => parsed.GetValue(_examples)!;

    /// <summary>The request without its job.</summary>
    public CreateAdaptationRequest Read(ParseResult parsed) => new()
    {
        AdaptationId = parsed.GetValue(_id) ?? "",
        ExpertId = parsed.GetValue(_expertId) ?? "",
        Overwrite = parsed.GetValue(_overwrite),
    };

    /// <summary>Begins the job, and waits for it unless that is not wanted.</summary>
    public async Task<int> RunAsync(GlobalOptions global, ParseResult parsed, CreateAdaptationRequest request, CancellationToken cancellationToken)
    {
        using var client = global.Connect(parsed, KeyRole.Tenant);
        var adaptation = await client.Adaptation.CreateAsync(request, cancellationToken);
        if (!parsed.GetValue(_noWait))
        {
            return await AdaptationWait.RunAsync(global, parsed, client, adaptation.Name, everyChange: false, cancellationToken);
        }

        global.Printer(parsed).Print(adaptation, () => AdaptationView.Details(adaptation));
        return ExitCode.Success;
    }
}
