using System.CommandLine;
using Transformer2.Tokenization;

namespace Transformer2.Cli;

/// <summary>The folder of a tokenizer, as an option names it.</summary>
internal static class TokenizerFolder
{
    public static Option<string> Option(bool required) => new("--tokenizer")
    {
        Description = "Folder of the tokenizer's files, in Hugging Face's layout",
        HelpName = "folder",
        Required = required,
    };

    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="TokenizerException">There is no tokenizer in it, or one that cannot be used.</exception>
    public static ITokenizer Load(string directory)
    {
        EnsureExists(directory);
        return HuggingFaceTokenizer.Load(directory);
    }

    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static void EnsureExists(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"There is no folder '{directory}'.");
        }
    }
}
