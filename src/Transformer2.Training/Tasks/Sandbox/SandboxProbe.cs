namespace Transformer2.Training.Tasks.Sandbox;

/// <summary>
/// Looks from inside whether a sandbox isolates: that the tools ended without an error does not say that the kernel did what they asked.
/// </summary>
internal static class SandboxProbe
{
    private const string Program = """
        import os, socket
        def refused(action):
            try: action()
            except OSError: return True
            return False
        status = dict(line.split(':', 1) for line in open('/proc/self/status').read().splitlines())
        print('processes', all(int(name) < 1000 for name in os.listdir('/proc') if name.isdigit()))
        print('network', [name for _, name in socket.if_nameindex()] == ['lo'] and refused(lambda: socket.create_connection(('127.0.0.1', 22), 1)))
        print('root', refused(lambda: open('/written', 'w')))
        print('tools', refused(lambda: open('/usr/bin/written', 'w')))
        print('files', set(os.listdir('/')) <= {'usr', 'bin', 'sbin', 'lib', 'lib64', 'dev', 'proc', 'tmp'} | {os.path.realpath(os.__file__).split('/')[1]})
        print('directory', os.getcwd() == '/tmp' and os.listdir('/tmp') == [])
        print('capabilities', int(status['CapEff'], 16) == 0 and int(status['CapBnd'], 16) == 0 and int(status['NoNewPrivs']) == 1)
        print('namespaces', open('/proc/sys/user/max_user_namespaces').read().strip() == '0')
        print('environment', set(os.environ) <= {'PATH', 'HOME', 'LANG', 'PYTHONHASHSEED', 'PWD', 'OLDPWD', 'LC_CTYPE', 'SHLVL', '_'})
        print('ctypes', __import__('ctypes').CDLL(None).prctl(3, 0, 0, 0, 0) >= 0)
        print('end', True)
        """;

    /// <exception cref="SandboxException">It does not isolate, and in what.</exception>
    public static async Task Try(Func<string, SandboxLimits, Task<SandboxResult>> run)
    {
        SandboxResult result;
        try
        {
            result = await run(Program, SandboxLimits.Default);
        }
        catch (SandboxException fault)
        {
            throw new SandboxException(
                SandboxReason.NoIsolation,
                $"Programs cannot be isolated here: the kernel or the container does not allow namespaces, or Python cannot be read without privileges. {fault.Message}",
                fault);
        }

        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines is [.., "end True"] && lines.All(line => line.EndsWith(" True", StringComparison.Ordinal))) return;
        throw new SandboxException(
            SandboxReason.NoIsolation,
            $"A sandbox does not isolate here: {string.Join(", ", lines.Where(line => !line.EndsWith(" True", StringComparison.Ordinal)))} {result.Error.Trim()}");
    }
}
