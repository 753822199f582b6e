using System.CommandLine;
using System.Globalization;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;

namespace Transformer2.Cli;

/// <summary>The options that choose projection matrices: which modules, which layers.</summary>
internal sealed class MatrixChoice
{
    // By name: the type itself would load libtorch for every command.
    private static readonly string[] Modules = ["mlp", "attention", "all"];

    private readonly Option<string> _modules = new("--modules")
    {
        Description = "mlp (what the published code adapts), attention, or all",
        DefaultValueFactory = _ => Modules[^1],
    };

    private readonly Option<string> _layers = new("--layers") { Description = "Layers, counted from 0, for example 0-3,7 [default: all]", HelpName = "list" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        _modules.AcceptOnly(Modules);
        command.Add(_modules);
        command.Add(_layers);
    }

    /// <summary>Reads the command line; the layers are checked when the model is known.</summary>
    /// <exception cref="UsageException">The list of layers is none.</exception>
    public Func<ModelConfig, IReadOnlyList<ProjectionMatrix>> Read(ParseResult parsed)
    {
        var text = parsed.GetValue(_layers);
        var modules = Enum.Parse<SvfModules>(parsed.GetValue(_modules)!, ignoreCase: true);
        List<(int First, int Last)>? ranges = text is null ? null : [.. text.Split(',').Select(Range)];
        return config => ProjectionMatrix.Of(config, modules, ranges is null ? null : Layers(ranges, config.Layers));
    }

    private static HashSet<int> Layers(List<(int First, int Last)> ranges, int count)
    {
        if (ranges.Find(range => range.Last >= count) is { Last: > 0 } outside)
        {
            throw new InputException($"The model has layers 0 to {count - 1}; there is no layer {outside.Last}.");
        }

        return [.. ranges.SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1))];
    }

    private static (int First, int Last) Range(string text)
    {
        var ends = text.Split('-');
        return ends.Length <= 2
            && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            && first <= last
            ? (first, last)
            : throw new UsageException($"--layers: '{text}' is neither a layer nor a range such as 0-3.");
    }
}
