using Transformer2.Modeling.Checkpoints;

namespace Transformer2.Training.Adapters;

/// <summary>What is trained. As it is made: one multiplier for each singular value of the MLP matrices, the parameter being the effective multiplier itself.</summary>
public sealed record AdapterOptions
{
    /// <summary>Multipliers of singular values.</summary>
    public const string Svf = "svf";

    /// <summary>Low-rank updates.</summary>
    public const string Lora = "lora";

    /// <summary><see cref="Svf"/> or <see cref="Lora"/>.</summary>
    public string Kind { get; init; } = Svf;

    /// <summary>Which matrices, a name of <see cref="MatrixSelections"/>.</summary>
    public string Modules { get; init; } = "mlp";

    /// <summary>Which layers; null is all.</summary>
    public LayerRange? Layers { get; init; }

    /// <summary>SVF: how a parameter becomes a multiplier, a name of <see cref="MultiplierMasks"/>.</summary>
    public string Mask { get; init; } = "identity";

    /// <summary>SVF: the largest multiplier of a mask that is bounded.</summary>
    public double MaxMultiplier { get; init; } = 1;

    /// <summary>SVF: whether a matrix keeps the sum of its singular values, as in the published code.</summary>
    public bool Renormalize { get; init; }

    /// <summary>SVF, renormalised with a bounded mask: where parameters start; equal ones change nothing, whatever they are. Elsewhere they start where nothing is changed.</summary>
    public double InitialValue { get; init; } = 0.1;

    /// <summary>SVF: standard deviation of what is added to the start; 0.01 in the published code.</summary>
    public double InitialNoise { get; init; }

    /// <summary>LoRA: rank of the updates.</summary>
    public int Rank { get; init; } = 16;

    /// <summary>LoRA: updates are scaled by alpha / rank.</summary>
    public double Alpha { get; init; } = 32;

    /// <summary>LoRA: share of the inputs that are left out in training.</summary>
    public double Dropout { get; init; }

    /// <summary>How many parameters that is for a model.</summary>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public long ParameterCount(ModelConfig config)
    {
        Check();
        return MatrixSelections.Of(config, this).Sum(matrix => Kind == Lora ? Rank * (matrix.Rows + matrix.Columns) : matrix.Rank);
    }

    /// <summary>Whether the options can be used.</summary>
    /// <exception cref="ArgumentException">They cannot; the message says why.</exception>
    public void Check()
    {
        if (Kind is not (Svf or Lora)) throw new ArgumentException($"'{Kind}' is none of {Svf}, {Lora} (adapter).");
        _ = MatrixSelections.Find(Modules);
        if (Layers is { } layers && (layers.First < 0 || layers.Last < layers.First)) throw new ArgumentException("The layers are no range.");
        if (Kind == Svf)
        {
            var mask = MultiplierMasks.Find(Mask);
            Require(MaxMultiplier is > 0 and <= 100, "The largest multiplier must be above 0 and at most 100.");
            Require(double.IsFinite(InitialValue) && InitialNoise is >= 0 and <= 1, "The parameters' start must be a number, its noise from 0 to 1.");
            Require(Renormalize || mask.Start(MaxMultiplier) is not null, "Without renormalisation a bounded mask must reach beyond 1: nothing else can be its start.");
        }
        else
        {
            Require(Rank is > 0 and <= 4096, "The rank must be between 1 and 4096.");
            Require(Alpha is > 0 and <= 1e6, "Alpha must be above 0.");
            Require(Dropout is >= 0 and < 1, "The dropout must be from 0 to below 1.");
        }
    }

    private static void Require(bool isTrue, string message)
    {
        if (!isTrue) throw new ArgumentException(message);
    }
}
