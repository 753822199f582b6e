namespace Transformer2.Cli;

/// <summary>Progress on standard error: one line that is rewritten on a terminal, elsewhere a new line now and then.</summary>
internal sealed class ProgressLine(CliHost host) : IDisposable
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private long _last = host.Time.GetTimestamp();
    private bool _shown;

    /// <summary>Shows how far the work is, unless it was shown a moment ago.</summary>
    public void Report(Func<string> text)
    {
        if (host.Time.GetElapsedTime(_last) < (host.LiveError ? LiveInterval : LogInterval))
        {
            return;
        }

        _last = host.Time.GetTimestamp();
        if (host.LiveError)
        {
            host.Error.Write($"\r{text()}\e[K");
            _shown = true;
        }
        else
        {
            host.Error.WriteLine(text());
        }
    }

    /// <summary>Clears the line, so that what follows begins on an empty one.</summary>
    public void Dispose()
    {
        if (_shown)
        {
            host.Error.Write("\r\e[K");
            _shown = false;
        }
    }
}
