using System.ComponentModel;
using System.Diagnostics;

namespace Transformer2.Training.Tasks.Sandbox;

/// <summary>A Python 3 and the directories that it needs.</summary>
/// <param name="Executable">The interpreter, without links.</param>
/// <param name="Directories">What has to be readable, tools included.</param>
internal sealed record PythonInstallation(string Executable, IReadOnlyList<string> Directories)
{
    private const string Question = "import os, sys; print(os.path.realpath(sys.executable), os.path.realpath(sys.base_prefix), sys.version_info[0], sep='\\n')";

    private static readonly string[] Folders = ["bin", "sbin", "lib", "lib64"];

    /// <summary>Asks an interpreter where it lives: what PATH names may be a script that starts another one.</summary>
    /// <exception cref="SandboxException">There is none, or it lives where it cannot be shown.</exception>
    public static async Task<PythonInstallation> Find(string python, CancellationToken cancellationToken)
    {
        var answer = await Ask(python, cancellationToken);
        if (answer is not [var executable, var prefix, "3"])
            throw new SandboxException(SandboxReason.NoPython, $"'{python}' is not a usable Python 3.");
        string[] directories = [.. Prefixes(prefix).SelectMany(root => Folders.Select(name => $"{root}/{name}"))
            .Append(Path.GetDirectoryName(executable)!).Distinct().Where(Directory.Exists)];

        // They stand in a shell script; and /tmp is where the sandbox is built.
        if (directories.Append(executable).FirstOrDefault(path => !path.All(character => char.IsAsciiLetterOrDigit(character) || "/._+-".Contains(character, StringComparison.Ordinal))
            || path.StartsWith("/tmp/", StringComparison.Ordinal)) is { } odd)
            throw new SandboxException(SandboxReason.NoPython, $"Python lives in '{odd}', which cannot be shown in a sandbox.");

        // A directory inside another one comes with it.
        return new PythonInstallation(executable, [.. directories.Where(path => !directories.Any(other => path != other && path.StartsWith(other + "/", StringComparison.Ordinal)))]);
    }

    /// <summary>What is mounted inside the directories, now: each mount has its own write protection.</summary>
    public IReadOnlyList<string> Submounts() =>
    [
        .. File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')[4])
            .Where(point => Directories.Any(path => point.StartsWith(path + "/", StringComparison.Ordinal)))
            .Distinct(),
    ];

    private static string[] Prefixes(string prefix) => prefix == "/usr" ? [prefix] : ["/usr", prefix];

    private static async Task<string[]> Ask(string python, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(python, ["-I", "-S", "-c", Question])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            await Task.WhenAll(output, process.StandardError.ReadToEndAsync(cancellationToken));
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? (await output).Trim().Split('\n') : [];
        }
        catch (Win32Exception fault)
        {
            throw new SandboxException(SandboxReason.NoPython, $"'{python}' cannot be started.", fault);
        }
    }
}
