using System.CommandLine;
using Transformer2.Modeling.Checkpoints;

namespace Transformer2.Cli;

/// <summary>The options of commands that compute with a local model: number type and device.</summary>
internal sealed class PlacementOptions
{
    private readonly Option<string> _dtype = new("--dtype")
    {
        Description = "Number type to compute in; auto (default) is float32 on the CPU and the checkpoint's own elsewhere",
        HelpName = Placement.DTypeNames,
    };

    private readonly Option<string> _device = new("--device") { Description = "Where to compute [default: cpu]", HelpName = Placement.DeviceNames };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_dtype);
        command.Add(_device);
    }

    /// <summary>The number type as it was asked for; <c>auto</c> when it was not.</summary>
    public string DType(ParseResult parsed) => parsed.GetValue(_dtype) ?? "auto";

    /// <summary>The device as it was asked for; <c>cpu</c> when it was not.</summary>
    public string Device(ParseResult parsed) => parsed.GetValue(_device) ?? "cpu";

    /// <summary>What the command line asks for, where gradients are computed: that is done in float32, wherever it is done.</summary>
    /// <exception cref="UsageException">There is no such type or device, or it is another type.</exception>
    public Placement ReadForTraining(ParseResult parsed)
    {
        var placement = Read(parsed);
        return placement.DType is null or TorchSharp.torch.ScalarType.Float32
            ? placement with { DType = TorchSharp.torch.ScalarType.Float32 }
            : throw new UsageException($"--dtype {DType(parsed)}: training computes in float32 only.");
    }

    /// <summary>What the command line asks for.</summary>
    /// <exception cref="UsageException">There is no such type or device.</exception>
    public Placement Read(ParseResult parsed)
    {
        try
        {
            return Placement.Parse(parsed.GetValue(_dtype), parsed.GetValue(_device));
        }
        catch (PlacementException exception)
        {
            throw new UsageException(exception.Message);
        }
    }
}
