using System.Runtime.InteropServices;

namespace Transformer2.Kernels.Weights;

/// <summary>
/// Large pages for memory that is read from end to end. With pages of 4 KiB much of the time goes into looking up addresses, most of all in a virtual machine.
/// A wish: where the system has none, or no Linux, everything stays as it is.
/// </summary>
public static unsafe partial class LargePages
{
    private const ulong PageSize = 2 << 20;
    private const int HugePage = 14; // MADV_HUGEPAGE
    private const int Collapse = 25; // MADV_COLLAPSE, since Linux 6.1

    /// <summary>Asks for large pages for memory that nobody has touched yet.</summary>
    /// <param name="memory">Its beginning.</param>
    /// <param name="bytes">Its size.</param>
    public static void Prepare(void* memory, long bytes) => Advise((ulong)memory, (ulong)memory + (ulong)bytes, HugePage);

    /// <summary>
    /// Moves matrices into large pages, with whatever lies between neighbours: one page may hold the end of one and the beginning of the next. Takes as long as to
    /// copy them; addresses and contents stay.
    /// </summary>
    /// <param name="matrices">The matrices.</param>
    /// <returns>Bytes that are in large pages now.</returns>
    public static long Move(IEnumerable<WeightMatrix> matrices)
    {
        ArgumentNullException.ThrowIfNull(matrices);
        var moved = 0L;
        var (start, end) = (0UL, 0UL);
        foreach (var matrix in matrices.OrderBy(matrix => (ulong)matrix.Data))
        {
            var (first, behind) = ((ulong)matrix.Data, (ulong)matrix.Data + (ulong)(matrix.RowBytes * matrix.Outputs));
            if (first > end + PageSize)
            {
                moved += Advise(start, end, Collapse);
                start = first;
            }

            end = Math.Max(end, behind);
        }

        return moved + Advise(start, end, Collapse);
    }

    // The whole pages of a range at once, since each call costs milliseconds; where that fails by halves, so that one page does not keep the others from it.
    private static long Advise(ulong start, ulong end, int advice)
    {
        (start, end) = ((start + PageSize - 1) / PageSize * PageSize, end / PageSize * PageSize);
        if (start >= end || !OperatingSystem.IsLinux())
        {
            return 0;
        }

        if (Madvise((void*)start, (nuint)(end - start), advice) == 0)
        {
            return (long)(end - start);
        }

        var middle = start + ((end - start) / 2 / PageSize * PageSize);
        return middle == start ? 0 : Advise(start, middle, advice) + Advise(middle, end, advice);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Madvise(void* address, nuint length, int advice);
}
