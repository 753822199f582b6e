using Transformer2.Abstractions;

namespace Transformer2.Storage;

/// <summary>Expert files, <c>TENANT/DIGEST.safetensors</c>.</summary>
/// <param name="directory">The folder, created when absent.</param>
/// <param name="time">The clock of the files' times.</param>
public sealed class FileExpertBlobStore(string directory, TimeProvider time) : FileBlobStore(
    directory,
    ".safetensors",
    digest => new(ErrorReason.ExpertDamaged, "The stored file of the expert is damaged; upload it again.", ("digest", digest.Value)),
    time), IExpertBlobStore;

/// <summary>Data sets, <c>TENANT/DIGEST.jsonl</c>.</summary>
/// <param name="directory">The folder, created when absent.</param>
/// <param name="time">The clock of the files' times.</param>
public sealed class FileDatasetBlobStore(string directory, TimeProvider time) : FileBlobStore(
    directory,
    ".jsonl",
    digest => new(ErrorReason.DatasetDamaged, "The stored file of the data set is damaged; upload it again.", ("digest", digest.Value)),
    time), IDatasetBlobStore;

/// <summary>Lists of the questions that made experts, <c>TENANT/DIGEST.txt</c>.</summary>
/// <param name="directory">The folder, created when absent.</param>
/// <param name="time">The clock of the files' times.</param>
public sealed class FileQuestionBlobStore(string directory, TimeProvider time) : FileBlobStore(
    directory,
    ".txt",
    digest => new(ErrorReason.ExpertDamaged, "The stored list of an expert's questions is damaged.", ("digest", digest.Value)),
    time), IQuestionBlobStore;
