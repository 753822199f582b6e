using System.CommandLine;
using Transformer2.Tokenization;

namespace Transformer2.Cli;

/// <summary>Where a tokenizer is, as an option names it: a folder, or the tokenizer's file in it.</summary>
internal static class TokenizerPath
{
    public static Option<string> Option(bool required) => new("--tokenizer")
    {
        Description = "Folder of the tokenizer's files, in Hugging Face's layout, or one of tokenizer.json, tokenizer.model and *.tiktoken",
        HelpName = "path",
        Required = required,
    };

    /// <exception cref="FileNotFoundException">There is nothing at the path.</exception>
    /// <exception cref="TokenizerException">There is no tokenizer, or one that cannot be used.</exception>
    public static ITokenizer Load(string path)
    {
        EnsureExists(path);
        return TokenizerFile.Load(path);
    }

    /// <summary>The folder that the tokenizer's other files are in.</summary>
    /// <exception cref="FileNotFoundException">There is nothing at the path.</exception>
    public static string Folder(string path)
    {
        EnsureExists(path);
        return Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
    }

    private static void EnsureExists(string path)
    {
        if (!Path.Exists(path))
        {
            throw new FileNotFoundException($"There is no folder or file '{path}'.");
        }
    }
}
