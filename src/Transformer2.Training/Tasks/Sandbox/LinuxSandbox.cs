using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Transformer2.Training.Tasks.Sandbox;

/// <summary>
/// Linux namespaces by the tools of util-linux: no network, own processes, a file system that holds Python and an empty working directory and
/// nothing else, no privileges, and limits by the kernel. The first run tries all of it and refuses to go on where something is missing.
/// What it guarantees and what not: docs/tasks.md.
/// </summary>
public sealed class LinuxSandbox : ISandbox, IDisposable
{
    private const string ToolPath = "/usr/bin:/bin:/usr/sbin:/sbin";
    private static readonly string[] Tools = ["unshare", "setpriv", "prlimit", "mount", "umount", "pivot_root", "timeout", "sh"];

    private readonly LinuxSandboxOptions _options;
    private readonly SemaphoreSlim _running;
    private readonly SemaphoreSlim _preparing = new(1);
    private volatile PythonInstallation? _python;

    /// <summary>Nothing is started or looked for before the first run.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public LinuxSandbox(LinuxSandboxOptions? options = null)
    {
        _options = options ?? new LinuxSandboxOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Parallelism, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.StartSeconds, 1);
        _running = new SemaphoreSlim(_options.Parallelism);
    }

    /// <summary>Finds out whether programs can be run here: once, unless the answer is no.</summary>
    /// <exception cref="SandboxException">They cannot, and why.</exception>
    public async Task Prepare(CancellationToken cancellationToken) => await Installation(cancellationToken);

    /// <inheritdoc/>
    public async Task<SandboxResult> Run(string program, ReadOnlyMemory<byte> input, SandboxLimits limits, CancellationToken cancellationToken)
    {
        limits.Check();
        var python = await Installation(cancellationToken);
        await _running.WaitAsync(cancellationToken);
        try
        {
            return await Start(python, program, input, limits, cancellationToken);
        }
        finally
        {
            _running.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _running.Dispose();
        _preparing.Dispose();
    }

    private async Task<PythonInstallation> Installation(CancellationToken cancellationToken)
    {
        if (_python is { } known) return known;
        await _preparing.WaitAsync(cancellationToken);
        try
        {
            if (_python is { } meanwhile) return meanwhile;
            if (!OperatingSystem.IsLinux()) throw new SandboxException(SandboxReason.WrongSystem, "Programs are isolated by Linux namespaces only.");
            if (Tools.FirstOrDefault(tool => Find(tool, ToolPath) is null) is { } missing)
                throw new SandboxException(SandboxReason.ToolMissing, $"'{missing}' is not installed; a sandbox needs util-linux and coreutils.");
            var python = await PythonInstallation.Find(_options.Python, cancellationToken);
            await SandboxProbe.Try((program, limits) => Start(python, program, default, limits, cancellationToken));
            return _python = python;
        }
        finally
        {
            _preparing.Release();
        }
    }

    private async Task<SandboxResult> Start(
        PythonInstallation python, string program, ReadOnlyMemory<byte> input, SandboxLimits limits, CancellationToken cancellationToken)
    {
        using var process = new Process { StartInfo = StartInfo(python, limits) };
        try
        {
            process.Start();
        }
        catch (Win32Exception fault)
        {
            throw new SandboxException(SandboxReason.NotStarted, "No process could be started.", fault);
        }

        // Two ends: the start's, until Python says that it runs, and the program's from then on.
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(TimeSpan.FromSeconds(_options.StartSeconds));
        var clock = new Stopwatch();
        var output = new CappedReader(process.StandardOutput.BaseStream, SandboxScript.Ready.Length + limits.OutputBytes, Began, timer.Cancel);
        var error = new CappedReader(process.StandardError.BaseStream, Math.Max(limits.OutputBytes, 4096), _ => { }, timer.Cancel);
        var fed = Feed(process, Encoding.UTF8.GetBytes(program), input);
        var outcome = SandboxOutcome.Exited;
        try
        {
            await Task.WhenAll(output.Read(timer.Token), error.Read(timer.Token));
            await process.WaitForExitAsync(timer.Token);
        }
        catch (OperationCanceledException)
        {
            outcome = output.Overflowed || error.Overflowed ? SandboxOutcome.TooMuchOutput : SandboxOutcome.OutOfTime;
        }
        finally
        {
            await End(process);
            await fed;
        }

        cancellationToken.ThrowIfCancellationRequested();
        var text = output.Text();
        if (!text.StartsWith(SandboxScript.Ready, StringComparison.Ordinal))
        {
            throw new SandboxException(
                SandboxReason.NotStarted,
                $"The sandbox did not start{(outcome == SandboxOutcome.OutOfTime ? $" within {_options.StartSeconds} seconds" : "")}: {error.Text().Trim()}");
        }

        return new SandboxResult(outcome, process.ExitCode, text[SandboxScript.Ready.Length..], error.Text(), clock.Elapsed);

        void Began(int seen)
        {
            if (clock.IsRunning || seen < SandboxScript.Ready.Length) return;
            clock.Start();
            timer.CancelAfter(TimeSpan.FromSeconds(limits.WallSeconds));
        }
    }

    private ProcessStartInfo StartInfo(PythonInstallation python, SandboxLimits limits)
    {
        var root = Environment.IsPrivilegedProcess;
        var asRoot = root && !_options.WithoutPrivileges;
        List<string> arguments = root && !asRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
        arguments.Add("unshare");
        if (!asRoot) arguments.AddRange(["--user", "--map-root-user"]);
        arguments.AddRange(["--mount", "--net", "--pid", "--ipc", "--uts", "--cgroup", "--fork", "--kill-child=SIGKILL", "--", "/bin/sh", "-c"]);
        arguments.Add(SandboxScript.Write(
            python.Executable, python.Directories, python.Submounts(), asRoot, limits, _options.StartSeconds + limits.WallSeconds + 5));
        arguments.AddRange(["sandbox", SandboxScript.Bootstrap]);
        var info = new ProcessStartInfo(Find(arguments[0], ToolPath)!, arguments.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        info.Environment.Clear();
        info.Environment["PATH"] = ToolPath;
        info.Environment["HOME"] = "/tmp";
        info.Environment["LANG"] = "C.UTF-8";
        info.Environment["PYTHONHASHSEED"] = "0"; // a set's order is the same every time, and so is the verdict
        return info;
    }

    // A program that does not read its input, or has ended, is no error.
    private static async Task Feed(Process process, byte[] program, ReadOnlyMemory<byte> input)
    {
        try
        {
            await using var stream = process.StandardInput.BaseStream;
            await stream.WriteAsync(Encoding.ASCII.GetBytes(program.Length.ToString(CultureInfo.InvariantCulture) + "\n"));
            await stream.WriteAsync(program);
            await stream.WriteAsync(input);
        }
        catch (IOException)
        {
        }
    }

    // The parent's death is the death of the namespace's first process, and that of all others.
    private static async Task End(Process process)
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
    }

    private static string? Find(string tool, string path) => path.Split(':').Select(folder => Path.Combine(folder, tool)).FirstOrDefault(File.Exists);
}
