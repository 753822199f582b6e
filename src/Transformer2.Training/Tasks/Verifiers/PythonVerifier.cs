using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Transformer2.Training.Tasks.Sandbox;

namespace Transformer2.Training.Tasks.Verifiers;

/// <summary>
/// Runs an answer's Python (its last fenced block, else all of it) against the reference's tests (<see cref="PythonTests"/>), in a sandbox. Tests and solution are two processes:
/// the solution is asked by name and answers with plain data, so it neither sees the tests nor ends, patches or impersonates what runs them. A solution that does not end in time is wrong.
/// </summary>
/// <param name="sandbox">Where it runs.</param>
/// <param name="limits">What solution and tests may use, each of the two processes for itself; null for <see cref="SandboxLimits.Default"/>.</param>
public sealed class PythonVerifier(ISandbox sandbox, SandboxLimits? limits = null) : IVerifier, IReferenceCheck
{
    /// <summary>Its name.</summary>
    public const string VerifierName = "python";

    /// <summary>Most UTF-16 units of a solution; a longer one is wrong.</summary>
    public const int MaxSolutionLength = 64 << 10;

    private static readonly string Judge = Resource("judge.py");
    private static readonly string Solution = Resource("solution.py");
    private static readonly string Wire = Resource("wire.py");

    private readonly SandboxLimits _limits = limits ?? SandboxLimits.Default;

    /// <inheritdoc/>
    public string Name => VerifierName;

    /// <summary>Settings: <c>cpuSeconds</c> (5, 1 to 60) and <c>memoryMegabytes</c> (512, 64 to 4096).</summary>
    internal static PythonVerifier From(VerifierSettings settings, ISandbox? sandbox)
    {
        var cpu = settings.Whole("cpuSeconds", SandboxLimits.Default.CpuSeconds, 1, 60);
        var memory = settings.Whole("memoryMegabytes", (int)(SandboxLimits.Default.MemoryBytes >> 20), 64, 4096);
        if (sandbox is null) throw new VerifierSettingsException(VerifierSettingsReason.NoSandbox, "Answers are programs, and there is no sandbox to run them in.");
        return new PythonVerifier(sandbox, SandboxLimits.Default with { CpuSeconds = cpu, WallSeconds = 4 * cpu, MemoryBytes = (long)memory << 20 });
    }

    /// <inheritdoc/>
    public string? Fault(string reference) => PythonTests.Of(reference) is null ? "It has no tests." : null;

    /// <inheritdoc/>
    public async ValueTask<Verdict> Verify(TaskQuestion question, string answer, CancellationToken cancellationToken)
    {
        if (PythonTests.Of(question.Reference) is not { } tests) throw new VerificationException("The reference has no tests.");
        if (answer.Length > MaxSolutionLength) return Verdict.Of(false);
        var program = Program(tests, Texts.Fenced(answer));
        var nonce = RandomNumberGenerator.GetHexString(32);
        var payload = JsonSerializer.SerializeToUtf8Bytes(new
        {
            nonce,
            wire = Wire,
            solution = Solution,
            program,
            before = tests.Before ?? "",
            tests = tests.Tests,
            names = tests.Names,
        });
        SandboxResult result;
        try
        {
            result = await sandbox.Run(Judge, payload, _limits, cancellationToken);
        }
        catch (SandboxException fault)
        {
            throw new VerificationException($"Programs cannot be run here ({fault.Reason}): {fault.Message}", fault);
        }

        // Only this word is a pass: an exit status could be anyone's.
        if (result.Outcome == SandboxOutcome.Exited && result.Output == $"{nonce} passed\n") return Verdict.Of(true, program);
        if (result.Output == $"{nonce} unusable\n") throw new VerificationException("The reference's tests are no Python.");
        return Verdict.Of(false, program);
    }

    private static string Program(PythonTests tests, string code)
    {
        if (tests.Prefix is null) return code;
        var whole = tests.Names is { } names && names.Any(name => Regex.IsMatch(code, $@"^(?:async\s+)?(?:def|class)\s+{Regex.Escape(name)}\b", RegexOptions.Multiline, TimeSpan.FromSeconds(2)));
        return whole ? $"{tests.Prefix}\n{code}" : tests.Prefix + code;
    }

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(PythonVerifier).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
