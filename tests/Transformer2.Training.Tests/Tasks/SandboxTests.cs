using System.Text;
using Transformer2.TestKit;
using Transformer2.Training.Corpus;
using Transformer2.Training.Tasks;
using Transformer2.Training.Tasks.Datasets;
using Transformer2.Training.Tasks.Sandbox;

namespace Transformer2.Training.Tests.Tasks;

/// <summary>Programs run where they can harm nobody; where they cannot be isolated, these tests are skipped with the sandbox's own reason.</summary>
public sealed class SandboxTests(ITestOutputHelper output) : IDisposable
{
    private readonly LinuxSandbox _sandbox = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task A_program_runs_and_sees_nothing()
    {
        await Need();
        var result = await Run("import os, sys; print(sys.stdin.read(), sorted(os.listdir('/tmp')), os.environ.get('T2_SECRET'), os.path.exists('/etc'), os.path.exists('/home'))", "in");
        Assert.Equal((SandboxOutcome.Exited, 0, "in [] None False False\n"), (result.Outcome, result.ExitCode, result.Output));
    }

    [Theory]
    [InlineData("while True: pass")]
    [InlineData("while True: print('x' * 1000000)")]
    [InlineData("import os\nwhile True:\n  try: os.fork()\n  except OSError: pass")]
    [InlineData("x = []\nwhile True: x.append(bytearray(1 << 24))")]
    [InlineData("import os, time\nif os.fork() == 0:\n  os.setsid()\n  time.sleep(3600)\nos.close(1); os.close(2)\nwhile True: pass")]
    [InlineData("open('/tmp/f', 'wb').write(b'x' * (1 << 30))")]
    [InlineData("import signal, time\nfor s in range(1, 32):\n  try: signal.signal(s, signal.SIG_IGN)\n  except (OSError, ValueError): pass\ntime.sleep(3600)")]
    public async Task An_attack_ends(string program)
    {
        await Need();
        var result = await _sandbox.Run(program, default, SandboxLimits.Default with { CpuSeconds = 1, WallSeconds = 3 }, Token);
        Assert.True(result.Outcome != SandboxOutcome.Exited || result.ExitCode != 0, $"{result}");
        Assert.InRange(result.Output.Length, 0, SandboxLimits.Default.OutputBytes);
    }

    [Theory]
    [InlineData("import socket; socket.create_connection(('1.1.1.1', 53), 2)")]
    [InlineData("import socket; socket.create_connection(('127.0.0.1', 8080), 2)")]
    [InlineData("open('/usr/lib/written', 'w')")]
    [InlineData("open('/etc/passwd').read()")]
    [InlineData("import os; os.kill(1, 9); os.listdir('/proc/1/fd')")]
    [InlineData("import os; os.setuid(0); os.mount")]
    [InlineData("import ctypes, os; libc = ctypes.CDLL(None, use_errno=True); assert libc.unshare(0x10000000) == 0")]
    public async Task What_is_not_allowed_fails(string program)
    {
        await Need();
        Assert.NotEqual(0, (await Run(program)).ExitCode);
    }

    [Fact]
    public async Task Cancelling_ends_it_with_all_that_it_started()
    {
        await Need();
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var marker = $"marker{Guid.NewGuid():N}";
        var running = _sandbox.Run(
            $"import subprocess, sys\nprint('{marker}', flush=True)\nsubprocess.run([sys.executable, '-c', 'import time; time.sleep(600) # {marker}'])", default, SandboxLimits.Default with { WallSeconds = 600 }, cancellation.Token);
        while (!Processes().Any(line => line.Contains(marker, StringComparison.Ordinal)) && !running.IsCompleted) await Task.Yield();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        // The kernel ends the namespace when its first process is gone, and takes its time; what stays would have this test end as one that hangs.
        while (Processes().Any(line => line.Contains(marker, StringComparison.Ordinal))) await Task.Yield();
    }

    [Theory]
    [InlineData("def add(a, b):\n    return a + b", true)]
    [InlineData("```python\ndef add(a, b):\n    return a + b\n```", true)]
    [InlineData("def add(a, b):\n    return a - b", false)]
    [InlineData("import os\nos._exit(0)", false)]
    [InlineData("import sys\nsys.exit(0)", false)]
    [InlineData("print('passed')\ndef add(a, b):\n    while True: pass", false)]
    [InlineData("class Any(int):\n    def __eq__(self, other): return True\n    def __ne__(self, other): return False\ndef add(a, b): return Any()", false)]
    [InlineData("import builtins\nbuiltins.AssertionError = None\ndef add(a, b): return 0", false)]
    public async Task Only_a_right_program_passes(string answer, bool right)
    {
        await Need();
        var question = new TaskQuestion("id", [new("user", "?")], "assert add(1, 2) == 3\nassert add(5, 5) == 10");
        Assert.Equal(right, (await new Training.Tasks.Verifiers.PythonVerifier(_sandbox, SandboxLimits.Default with { CpuSeconds = 2 }).Verify(question, answer, Token)).IsRight);
    }

    // In parts, so that all of them are not taken for a test that hangs.
    [Theory]
    [InlineData("humaneval", 0)]
    [InlineData("mbpp", 0)]
    [InlineData("mbpp", 1)]
    [InlineData("mbpp", 2)]
    [InlineData("mbpp", 3)]
    public async Task Solutions_of_HumanEval_and_MBPP_are_right_and_broken_ones_wrong(string name, int part)
    {
        var file = SharedFiles.Path(name == "mbpp" ? "data/mbpp/mbpp.jsonl" : "data/humaneval/HumanEval.jsonl");
        await Need();

        // All of them take minutes; a tenth is tried here unless all are asked for.
        var step = Environment.GetEnvironmentVariable("T2_TEST_ALL_PROGRAMS") == "1" ? 1 : 10;
        var task = name == "mbpp" ? PublicTasks.Mbpp(file, _sandbox) : PublicTasks.HumanEval(file, _sandbox);
        TaskQuestion[] questions = [.. Enum.GetValues<Split>().SelectMany(task.Questions).Where((_, i) => i % step == 0 && (name != "mbpp" || i / step % 4 == part))];
        var right = await Verification.Verify(task.Verifier, [.. questions.Select(question => (question, question.Demonstration!))], 2, Token);
        var wrong = await Verification.Verify(task.Verifier, [.. questions.Select(question => (question, Broken(question.Demonstration!)))], 2, Token);
        output.WriteLine($"{right.Count(verdict => verdict.IsRight)} solutions of {questions.Length} are right, {wrong.Count(verdict => verdict.IsRight)} broken ones.");
        Assert.Empty(questions.Where((question, i) => !right[i].IsRight && !Known.Any(known => question.Messages[0].Content.StartsWith(known, StringComparison.Ordinal))).Select(question => question.Messages[0].Content));
        // Some are not broken by what breaks the others.
        Assert.InRange(wrong.Count(verdict => verdict.IsRight), 0, questions.Length / 50);
    }

    // Right ones that do not pass, four of 963: two have tests that build trees of the solution's own classes, and tests and solution are two processes.
    private static readonly string[] Known =
    [
        "Write a function to remove particular data type el",
        "Write a function to calculate the height of the gi",
        "Write a python function to find the sum of common ",
        "Write a function to check if a binary tree is bala",
    ];

    // Every result is one that no test expects.
    private static string Broken(string code) => code.Replace("return ", "return 'broken', ", StringComparison.Ordinal).Replace("yield ", "yield 'broken', ", StringComparison.Ordinal);

    private static IEnumerable<string> Processes() => Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])).Select(path =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(path, "cmdline"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    });

    private Task<SandboxResult> Run(string program, string input = "") => _sandbox.Run(program, Encoding.UTF8.GetBytes(input), SandboxLimits.Default, Token);

    private async Task Need()
    {
        try
        {
            await _sandbox.Prepare(Token);
        }
        catch (SandboxException reason)
        {
            Assert.Skip($"{reason.Reason}: {reason.Message}");
        }
    }
}
