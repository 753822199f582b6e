using System.CommandLine;
using System.CommandLine.Parsing;

namespace Transformer2.Cli;

/// <summary>What is wrong with a command line, in one line.</summary>
internal static class UsageErrors
{
    public static string Describe(ParseResult parsed)
    {
        var path = PathOf(parsed.CommandResult);
        return $"{string.Join(' ', Errors(parsed, path))} See {path} --help.";
    }

    // What the parser says after a word that it does not know follows from that word.
    private static IEnumerable<string> Errors(ParseResult parsed, string path)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens is [var unknown, ..])
        {
            return [$"{path} knows no '{unknown}' here."];
        }

        return command.Action is null && command.Subcommands.Count > 0
            ? [$"{path} needs a command: {string.Join(", ", command.Subcommands.Select(subcommand => subcommand.Name))}."]
            : parsed.Errors.Select(error => error.Message);
    }

    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : "t2";
}
