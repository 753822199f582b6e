using System.Globalization;
using Transformer2.Abstractions;
using Transformer2.Training.Corpus;
using Transformer2.Training.Tasks;
using Transformer2.Training.Tasks.Datasets;
using Transformer2.Training.Tasks.Verifiers;

namespace Transformer2.Grains.Inference;

/// <summary>Reads data sets: the same when they come as when they are used.</summary>
internal sealed class DatasetFiles : IDatasetReader
{
    /// <inheritdoc/>
    public DatasetContent Read(ReadOnlyMemory<byte> file)
    {
        var read = Read(file, check: null);
        return new(
            ContentDigest.Of(file.Span),
            file.Length,
            read.Questions(Split.Train).Count,
            read.Questions(Split.Validation).Count,
            read.Questions(Split.Test).Count,
            read.Duplicates);
    }

    /// <summary>A data set as a task.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.InvalidDataset"/>: also when the verifier cannot compare with what it says.</exception>
    public static ITrainingTask Open(ReadOnlyMemory<byte> file, IVerifier verifier, int maxAnswerTokens) =>
        Read(file, verifier as IReferenceCheck).ToTask("dataset", verifier, maxAnswerTokens);

    private static TaskFile Read(ReadOnlyMemory<byte> file, IReferenceCheck? check)
    {
        try
        {
            return TaskFile.Read(file, check);
        }
        catch (TaskFileException fault)
        {
            (string, string) cause = ("cause", Cause(fault.Reason));
            throw new PlatformException(
                ErrorReason.InvalidDataset, fault.Message, fault.Line is { } line ? [cause, ("line", line.ToString(CultureInfo.InvariantCulture))] : [cause]);
        }
    }

    private static string Cause(TaskFileReason reason) => reason switch
    {
        TaskFileReason.Encoding => "ENCODING",
        TaskFileReason.Json => "JSON",
        TaskFileReason.Member => "MEMBER",
        TaskFileReason.Empty => "EMPTY",
        TaskFileReason.TooLong => "TOO_LONG",
        TaskFileReason.TooMany => "TOO_MANY",
        TaskFileReason.TooFew => "TOO_FEW",
        TaskFileReason.Contradictory => "CONTRADICTORY",
        TaskFileReason.SeveralSplits => "SEVERAL_SPLITS",
        TaskFileReason.Reference => "REFERENCE",
        _ => throw new InvalidOperationException($"There is no cause for {reason}."),
    };
}
