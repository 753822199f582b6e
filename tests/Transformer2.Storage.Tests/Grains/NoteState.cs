using System.Diagnostics.CodeAnalysis;

namespace Transformer2.Storage.Tests.Grains;

/// <summary>What a grain holds of its stored state.</summary>
internal sealed class NoteState : IGrainState<Note>
{
    [AllowNull]
    public Note State { get; set; } = new();

    public string? ETag { get; set; }

    public bool RecordExists { get; set; }
}
