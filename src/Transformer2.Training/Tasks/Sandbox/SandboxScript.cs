using System.Globalization;

namespace Transformer2.Training.Tasks.Sandbox;

/// <summary>
/// The shell script that is process 1 of a sandbox: it makes a file system of what Python needs and nothing else, moves into it, gives
/// up every privilege and starts Python. When Python ends, so does the script, and the kernel kills whatever is left in the namespace.
/// </summary>
internal static class SandboxScript
{
    /// <summary>What Python writes before the program's first instruction: until then, a failure is the sandbox's.</summary>
    public const string Ready = "T2-READY\n";

    // Reads the program behind a line with its length; the program's own input follows. What the parent left open is closed, and the
    // working directory is no place to import from: what the program writes there must not become a module of whoever judges it.
    public const string Bootstrap = """
        import os, sys
        os.closerange(3, 1 << 20)
        sys.path = [path for path in sys.path if path]
        os.write(1, b'T2-READY\n')
        exec(compile(sys.stdin.buffer.read(int(sys.stdin.buffer.readline())), 'program', 'exec'), {'__name__': '__main__'})
        """;

    /// <summary>Writes the script.</summary>
    /// <param name="python">The interpreter, without links.</param>
    /// <param name="visible">Directories that can be read in the sandbox.</param>
    /// <param name="submounts">Mount points inside them.</param>
    /// <param name="asRoot">Whether the script is run by root, who has to become somebody else.</param>
    /// <param name="limits">What the program may use.</param>
    /// <param name="aliveSeconds">When everything ends even if nobody is left to end it.</param>
    public static string Write(
        string python, IReadOnlyList<string> visible, IReadOnlyList<string> submounts, bool asRoot, SandboxLimits limits, int aliveSeconds)
    {
        const string flags = "ro,nosuid,nodev";
        List<string> lines =
        [
            "set -eu",
            "mount -t tmpfs -o size=1m,nr_inodes=4096,mode=0755,nosuid,nodev sandbox /tmp",
            "cd /tmp",
            .. visible.Select(path => $"mkdir -p .{path} && mount --rbind {path} .{path} && mount -o remount,bind,{flags} ./{path}"),
            .. submounts.Select(path => $"mount -o remount,bind,{flags} .{path}"),

            // Where they are links into /usr they stay links; where they are directories they hold the loader and the C library.
            $"for d in bin sbin lib lib64; do if [ -L /$d ]; then cp -P /$d $d; elif [ -d /$d ]; then mkdir $d; mount --rbind /$d $d; mount -o remount,bind,{flags} $d; fi; done",
            "mkdir dev proc tmp old",
            "for d in null zero urandom random; do : > dev/$d; mount --bind /dev/$d dev/$d; done",
            "mount -t proc -o nosuid,nodev,noexec proc proc",
            Invariant($"mount -t tmpfs -o size={limits.DirectoryBytes},nr_inodes=1024,mode=1777,nosuid,nodev sandbox tmp"),
            "pivot_root . old",
            "cd /",
            "umount -l old",
            "rmdir old",
            $"mount -o remount,bind,{flags} /",
            "cd /tmp",

            // A second user namespace: its process count begins at 0 whoever else runs as this user, it owns none of the mounts, and
            // it may be told to have no further ones, whose privileges would open more of the kernel to attack.
            $"timeout -s KILL {aliveSeconds} {(asRoot ? "setpriv --reuid=65534 --regid=65534 --clear-groups" : "")} unshare --user --map-root-user -- /bin/sh -c '"
            + "set -eu; echo 0 > /proc/sys/user/max_user_namespaces; echo 1000 > /proc/self/oom_score_adj; "
            + Invariant($"exec prlimit --as={limits.MemoryBytes} --cpu={limits.CpuSeconds} --nproc={limits.Processes} --fsize={limits.FileBytes} ")
            + "--nofile=64 --core=0 --memlock=0 --msgqueue=0 -- "
            + "setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all -- \"$@\"' "
            + $"sandbox {python} -s -S -B -c \"$1\"",
        ];
        return string.Join('\n', lines);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
