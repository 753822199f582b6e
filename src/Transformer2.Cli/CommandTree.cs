using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Transformer2.Cli;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    public static RootCommand Create(CliHost host)
    {
        var global = new GlobalOptions(host);
        var root = new RootCommand("Transformer2: private experts on one shared language model.")
        {
            GenerateCommand.Create(global),
            DispatchCommands.Create(global),
            AdaptCommands.Create(global),
            ExpertCommands.Create(global),
            DatasetCommands.Create(global),
            TenantCommands.Create(global),
            KeyCommands.Create(global),
            ModelCommands.Create(global),
            SafetensorsCommand.Create(global),
            TokenizeCommand.Create(global),
            DetokenizeCommand.Create(global),
            ChatTemplateCommand.Create(global),
            TrainCommands.Create(global),
            EvaluateCommand.Create(global),
            LabCommands.Create(global),
        };
        root.Directives.Clear();
        global.AddTo(root);
        OptionValues.CheckIn(root);
        root.Options.OfType<VersionOption>().Single().Action = new VersionLine();
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExitCodes((HelpAction)help.Action!);
        return root;
    }

    private sealed class HelpWithExitCodes(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var code = help.Invoke(parseResult);
            if (parseResult.CommandResult.Command is RootCommand)
            {
                parseResult.InvocationConfiguration.Output.Write(ExitCode.Table);
            }

            return code;
        }
    }
}
