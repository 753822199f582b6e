using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Transformer2.Experts;

namespace Transformer2.Cli;

/// <summary>
/// The work folder: a folder for each unit, named by it and by a hash of everything that decides its result, with <c>result.json</c> once it
/// is done. Several processes may work in it; each unit is one's at a time.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="baseModel">The base model's fingerprint.</param>
internal sealed class LabStore(string folder, string baseModel)
{
    // Changes when the code computes something else from the same settings.
    private const int Version = 1;
    private const int HashDigits = 12;

    private static readonly JsonSerializerOptions Format = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, // a training that diverges has losses that are no numbers
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>What decides a unit's result, as a hash.</summary>
    public string KeyOf(ILabUnit unit)
    {
        var needs = string.Join(',', unit.Needs.Select(KeyOf));
        var text = string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{Version}\n{baseModel}\n{unit.Name}\n{JsonSerializer.Serialize(unit.Settings, unit.Settings.GetType(), Format)}\n{needs}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..HashDigits];
    }

    /// <summary>The unit's own folder, which is there.</summary>
    public string FolderOf(ILabUnit unit) => Directory.CreateDirectory(PathOf(unit)).FullName;

    /// <summary>Whether the unit is done.</summary>
    public bool Has(ILabUnit unit) => File.Exists(ResultOf(unit));

    /// <summary>The result; null when the unit is not done.</summary>
    /// <exception cref="InputException">Its file is damaged.</exception>
    public LabResult<TResult>? Find<TResult>(LabUnit<TResult> unit)
        where TResult : class
    {
        try
        {
            return Has(unit) ? JsonSerializer.Deserialize<LabResult<TResult>>(File.ReadAllBytes(ResultOf(unit)), Format) : null;
        }
        catch (JsonException exception)
        {
            throw new InputException($"'{ResultOf(unit)}' is damaged: {exception.Message} Delete it, and the unit is computed again.");
        }
    }

    /// <summary>How long a unit took; null when it is not done.</summary>
    public double? SecondsOf(ILabUnit unit)
    {
        if (!Has(unit))
        {
            return null;
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(ResultOf(unit)));
        return document.RootElement.GetProperty(nameof(LabResult<object>.Seconds)).GetDouble();
    }

    /// <summary>Keeps a result, whole or not at all.</summary>
    public void Save<TResult>(LabUnit<TResult> unit, LabResult<TResult> result)
        where TResult : class
    {
        FolderOf(unit);
        AtomicFile.Write(ResultOf(unit), JsonSerializer.SerializeToUtf8Bytes(result, Format));
    }

    /// <summary>Takes a unit for this process; the operating system lets go of it however the process ends.</summary>
    /// <returns>Null when another process has it.</returns>
    public FileStream? TryHold(ILabUnit unit)
    {
        try
        {
            return new FileStream(
                Path.Combine(FolderOf(unit), "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private string PathOf(ILabUnit unit) => Path.Combine(folder, $"{unit.Name.Replace(' ', '-').Replace('+', '-').Replace("*", "", StringComparison.Ordinal)}-{KeyOf(unit)}");

    private string ResultOf(ILabUnit unit) => Path.Combine(PathOf(unit), "result.json");
}
