using System.Text.Json;

namespace Transformer2.Cli;

/// <summary>Token ids from a JSON file <c>{"input_ids": [[...], ...]}</c>.</summary>
/// <param name="Rows">The rows, at least one, of at least one id each.</param>
internal sealed record TokenFile(IReadOnlyList<long[]> Rows)
{
    private const string Field = "input_ids";
    private const int MaxBytes = 16 << 20;

    /// <summary>Number of ids in the longest row.</summary>
    public int Length => Rows.Max(row => row.Length);

    /// <param name="path">The file.</param>
    /// <param name="rowsOfOneLength">Whether rows must be of one length.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="InputException">Another form.</exception>
    public static async Task<TokenFile> ReadAsync(string path, bool rowsOfOneLength, CancellationToken cancellationToken)
    {
        var bytes = await LocalFile.ReadAsync(path, MaxBytes, cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false });
            document.RootElement.ExpectOnly(Field);
            return Checked(path, rowsOfOneLength, [.. document.RootElement.GetProperty(Field).EnumerateArray()
                .Select(row => row.EnumerateArray().Select(id => id.GetInt64()).ToArray())]);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InputException($"'{path}' is not of the form {{\"{Field}\": [[1, 2], [3, 4]]}}{(exception is JsonException ? $": {exception.Message}" : ".")}");
        }
    }

    /// <exception cref="InputException">Ids that the model does not have, or more than fit into its context.</exception>
    public void Check(int vocabularySize, int contextLength)
    {
        if (Length > contextLength)
        {
            throw new InputException($"PROMPT_TOO_LONG: a row has {Length} ids, the model's context {contextLength}.");
        }

        foreach (var id in Rows.SelectMany(row => row).Where(id => id < 0 || id >= vocabularySize))
        {
            throw new InputException($"Token id {id} is outside the vocabulary of {vocabularySize}.");
        }
    }

    private static TokenFile Checked(string path, bool rowsOfOneLength, long[][] rows)
    {
        if (rows.Length == 0 || rows.Any(row => row.Length == 0))
        {
            throw new InputException($"'{path}': {Field} needs at least one row, and at least one id in each.");
        }

        return !rowsOfOneLength || rows.All(row => row.Length == rows[0].Length)
            ? new TokenFile(rows)
            : throw new InputException($"'{path}': {Field} needs rows of one length.");
    }
}
