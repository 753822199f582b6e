using Google.Protobuf;

namespace Transformer2.Cli;

/// <summary>Writes results to standard output in one of the two formats.</summary>
internal sealed class Printer(TextWriter output, OutputFormat format)
{
    /// <summary>Whether programs read the output.</summary>
    public bool IsJson => format == OutputFormat.Json;

    /// <summary>Where the results go.</summary>
    public TextWriter Output => output;

    /// <summary>Prints one message.</summary>
    public void Print(IMessage message, Func<string> text) => output.Write(IsJson ? Json.Document(message) : text());

    /// <summary>Prints a list; as JSON an object with the list under <paramref name="name"/>.</summary>
    public void PrintList<T>(string name, IReadOnlyList<T> messages, Func<string> text)
        where T : IMessage =>
        output.Write(IsJson ? Json.List(name, messages) : text());

    /// <summary>Prints a record.</summary>
    public void PrintRecord<T>(T value, Func<string> text)
        where T : notnull =>
        output.Write(IsJson ? Json.Document(value) : text());
}
