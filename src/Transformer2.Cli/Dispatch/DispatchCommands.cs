using System.CommandLine;
using Google.Protobuf;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary><c>t2 dispatch</c>: how the platform chooses experts by the prompt.</summary>
internal static class DispatchCommands
{
    public static Command Create(GlobalOptions global) => new("dispatch", "How the platform chooses experts by the prompt.")
    {
        Explain(global),
        new Command("policy", "The tenant's dispatch policy.") { Show(global), Set(global), Reset(global) },
    };

    private static Command Explain(GlobalOptions global)
    {
        var prompt = new Argument<string>("prompt") { Description = "What would be answered; - reads it from standard input" };
        var raw = new Option<bool>("--raw") { Description = "The prompt is a text to continue, not a chat message" };
        var auto = new AutoArguments();
        var command = new Command("explain", "Pass 1 alone: which experts would answer a prompt, and why.") { prompt, raw };
        auto.AddTo(command, isDefault: true);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var request = new DispatchRequest { Selection = await auto.ReadAsync(parsed, cancellationToken) };
            var text = await PromptInput.ReadAsync(parsed.GetValue(prompt)!, global.Host.Input, cancellationToken);
            if (parsed.GetValue(raw))
            {
                request.Prompt = text;
            }
            else
            {
                request.Messages = PromptInput.Chat(system: null, text);
            }

            using var client = global.Connect(parsed, KeyRole.Tenant);
            var dispatched = await client.DispatchAsync(request, cancellationToken);
            global.Printer(parsed).Print(dispatched, () => DispatchView.Text(dispatched));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Show(GlobalOptions global)
    {
        var own = new Option<bool>("--own") { Description = "Only what the tenant has set, without what the platform's policy says" };
        var command = new Command("show", "Shows the policy that holds, as JSON that 'set' takes.") { own };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Tenant);
            var found = await client.Adaptation.GetPolicyAsync(cancellationToken);
            global.Printer(parsed).Output.Write(Text(parsed.GetValue(own) ? found.Policy : found.Effective));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Set(GlobalOptions global)
    {
        var file = new Argument<string>("file") { Description = "The policy as JSON; with an etag only if nobody else has changed it since" };
        var command = new Command("set", "Sets the policy, as a whole.") { file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var policy = await PolicyFile.ReadAsync(parsed.GetValue(file)!, cancellationToken);
            using var client = global.Connect(parsed, KeyRole.Tenant);
            global.Printer(parsed).Output.Write(Text(await client.Adaptation.UpdatePolicyAsync(policy, cancellationToken)));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Reset(GlobalOptions global)
    {
        var command = new Command("reset", "Goes back to the platform's policy.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Tenant);
            global.Printer(parsed).Output.Write(Text(await client.Adaptation.UpdatePolicyAsync(new DispatchPolicy(), cancellationToken)));
            return ExitCode.Success;
        });
        return command;
    }

    // A policy is a document in both formats. What is not set is left out: an empty text would be read as a choice.
    private static string Text(DispatchPolicy policy) =>
        new JsonFormatter(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true).WithIndentation()).Format(policy) + "\n";
}
