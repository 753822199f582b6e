using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Transformer2.Experts;

/// <summary>Bytes that are read in place, from memory or from a mapped file.</summary>
internal abstract class ByteSource : IDisposable
{
    public abstract long Length { get; }

    public abstract ReadOnlySpan<byte> Slice(long offset, int length);

    /// <summary>Says that a part will not be read again soon, so that its pages need not stay in this process.</summary>
    public virtual void Release(long offset, long length)
    {
    }

    /// <summary>Throws when the bytes are not all there any more: touching what a file has lost would end the process.</summary>
    public virtual void CheckWhole()
    {
    }

    public abstract void Dispose();
}

/// <summary>Bytes in managed memory.</summary>
internal sealed class MemoryBytes(ReadOnlyMemory<byte> memory) : ByteSource
{
    public override long Length => memory.Length;

    public override ReadOnlySpan<byte> Slice(long offset, int length) => memory.Span.Slice(checked((int)offset), length);

    public override void Dispose()
    {
    }
}

/// <summary>
/// A file mapped read-only: the operating system fetches pages as they are touched, and shares them between processes. A file that is
/// replaced by a rename stays as it was for this mapping; one that is shortened in place is noticed by <see cref="CheckWhole"/>.
/// </summary>
internal sealed unsafe partial class MappedBytes : ByteSource
{
    private const int DontNeed = 4; // MADV_DONTNEED

    private readonly SafeFileHandle _handle;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _pointer;

    /// <param name="path">A file that is not empty, which cannot be mapped.</param>
    public MappedBytes(string path)
    {
        // Length and mapping of one and the same file, whatever becomes of the name meanwhile.
        _handle = File.OpenHandle(path, options: FileOptions.SequentialScan);
        Length = RandomAccess.GetLength(_handle);
        _file = MemoryMappedFile.CreateFromFile(_handle, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _file.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _pointer);
        _pointer += _view.PointerOffset;
    }

    public override long Length { get; }

    public override ReadOnlySpan<byte> Slice(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_pointer is null, this);
        CheckRange(offset, length);
        return new ReadOnlySpan<byte>(_pointer + offset, length);
    }

    // Read-only pages of a file: dropping them loses nothing, a later read fetches them again. Whole pages only.
    public override void Release(long offset, long length)
    {
        ObjectDisposedException.ThrowIf(_pointer is null, this);
        CheckRange(offset, length);
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var page = (nuint)Environment.SystemPageSize;
        var begin = ((nuint)(_pointer + offset) + page - 1) / page * page;
        var end = (nuint)(_pointer + offset + length) / page * page;
        if (begin < end)
        {
            _ = Advise((void*)begin, end - begin, DontNeed);
        }
    }

    public override void CheckWhole()
    {
        ObjectDisposedException.ThrowIf(_pointer is null, this);
        var length = RandomAccess.GetLength(_handle);
        if (length < Length)
        {
            throw new IOException($"The file had {Length} bytes when it was opened and has {length} now.");
        }
    }

    public override void Dispose()
    {
        if (_pointer is not null)
        {
            _pointer = null;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
            _handle.Dispose();
        }
    }

    private void CheckRange(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
