using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Transformer2.Experts;

/// <summary>Files that appear whole and durable, or not at all, whatever is killed in between.</summary>
public static partial class AtomicFile
{
    /// <summary>Ending of files that are being written; one that is found later is the leftover of a crash and may be deleted.</summary>
    public const string TemporaryExtension = ".tmp";

    /// <summary>Writes beside the target, flushes to disk, renames over the target, and flushes the folder.</summary>
    /// <param name="path">The target; its folder must exist.</param>
    /// <param name="write">Writes the content; when it throws, the target stays as it was.</param>
    public static void Write(string path, Action<FileStream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var target = Path.GetFullPath(path);
        var temporary = $"{target}.{Guid.NewGuid():n}{TemporaryExtension}";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception fault)
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }

            if (fault.Message.Contains(temporary, StringComparison.Ordinal))
            {
                throw Renamed(fault, fault.Message.Replace(temporary, target, StringComparison.Ordinal));
            }

            throw;
        }

        FlushFolder(target);
    }

    /// <summary>Writes bytes; see <see cref="Write(string, Action{FileStream})"/>.</summary>
    public static void Write(string path, ReadOnlyMemory<byte> content) => Write(path, stream => stream.Write(content.Span));

    /// <summary>Deletes a file, if it is there, durably.</summary>
    public static void Delete(string path)
    {
        var target = Path.GetFullPath(path);
        if (File.Exists(target))
        {
            File.Delete(target);
            FlushFolder(target);
        }
    }

    /// <summary>Creates a folder, and its parents, durably; an existing one is no error.</summary>
    public static void CreateFolder(string path)
    {
        var folder = Path.GetFullPath(path);
        if (Directory.Exists(folder))
        {
            return;
        }

        if (Path.GetDirectoryName(folder) is { } parent)
        {
            CreateFolder(parent);
        }

        Directory.CreateDirectory(folder);
        FlushFolder(folder);
    }

    // Nobody asked for a file of the temporary name.
    private static Exception Renamed(Exception fault, string message) => fault switch
    {
        UnauthorizedAccessException => new UnauthorizedAccessException(message, fault),
        DirectoryNotFoundException => new DirectoryNotFoundException(message, fault),
        PathTooLongException => new PathTooLongException(message, fault),
        _ => new IOException(message, fault),
    };

    // A rename is durable once the folder is. .NET opens no folders, and Windows needs none of this.
    private static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows() || Path.GetDirectoryName(path) is not { } folder)
        {
            return;
        }

        using var handle = new SafeFileHandle(OpenFolder(folder, 0), ownsHandle: true);
        if (!handle.IsInvalid)
        {
            RandomAccess.FlushToDisk(handle);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);
}
