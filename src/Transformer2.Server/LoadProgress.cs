using Transformer2.Engine;

namespace Transformer2.Server;

/// <summary>Shows the progress of loading: one line per phase, kept up to date where the output is a terminal.</summary>
internal sealed class LoadProgress(TextWriter output, bool redirected) : IProgress<EngineLoadProgress>
{
    public void Report(EngineLoadProgress value)
    {
        var last = value.Done >= value.Total;
        if (redirected && !last)
            return;
        output.Write($"{(redirected ? "" : "\r")}{value.Phase} {value.Done}/{value.Total}{(last ? Environment.NewLine : "")}");
        output.Flush();
    }
}
