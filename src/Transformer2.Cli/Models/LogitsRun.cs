using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;

namespace Transformer2.Cli;

/// <summary>How multipliers meet singular values.</summary>
internal enum Composition
{
    /// <summary>W' = U diag(sigma * z) V^T.</summary>
    Plain,

    /// <summary>The same, times sum(sigma) / sum(sigma * z): the published code's form.</summary>
    Renormalized,
}

/// <summary>What was written.</summary>
internal sealed record LogitsResult(string Output, IReadOnlyList<long> Shape);

/// <summary>One forward pass per row, written as it is computed.</summary>
internal sealed record LogitsRun(string Model, string Tokens, IReadOnlyList<ExpertArgument> Experts, Composition Composition, string Output, Placement Placement)
{
    private const long MaxOutputBytes = 4L << 30;

    /// <exception cref="InputException">Token ids that do not fit the model.</exception>
    public async Task<LogitsResult> RunAsync(CliHost host, CancellationToken cancellationToken)
    {
        var tokens = await TokenFile.ReadAsync(Tokens, rowsOfOneLength: true, cancellationToken);
        using var model = LocalModel.Load(Model, decompose: Experts.Count > 0, host, cancellationToken, Placement);
        tokens.Check(model.Decoder.Config.VocabularySize, model.Decoder.Config.ExtendedContextLength);
        long[] shape = [tokens.Rows.Count, tokens.Length, model.Decoder.Config.VocabularySize];
        if (shape[0] * shape[1] * shape[2] * sizeof(float) > MaxOutputBytes)
        {
            throw new InputException($"The logits would take more than {Amounts.Bytes(MaxOutputBytes)}: use fewer rows.");
        }

        var expert = await ComposeAsync(model, cancellationToken);
        using var line = new ProgressLine(host);
        SafetensorsWriter.Write(
            Output,
            [new TensorData("logits", SafetensorsDType.F32, shape, stream => WriteLogits(stream, model, tokens, expert, line, cancellationToken))]);
        return new LogitsResult(Output, shape);
    }

    private async Task<ExpertVector?> ComposeAsync(LocalModel model, CancellationToken cancellationToken)
    {
        if (Experts.Count == 0)
        {
            return null;
        }

        var members = new List<WeightedExpert>();
        foreach (var expert in Experts)
        {
            members.Add(new WeightedExpert(await model.ReadExpertAsync(expert.Name, cancellationToken), expert.WeightOrOne));
        }

        var mixture = ExpertComposition.Linear(members);
        return Composition == Composition.Plain ? mixture : Renormalize(model, mixture);
    }

    private static ExpertVector Renormalize(LocalModel model, ExpertVector expert) => new(model.Decoder.Projections
        .Where(projection => expert.Multipliers.ContainsKey(projection.Name))
        .Select(projection => KeyValuePair.Create(
            projection.Name,
            ExpertMath.Renormalize(projection.Factors!.Sigma.to_type(torch.ScalarType.Float32).cpu().data<float>().ToArray(), expert.Multipliers[projection.Name].Span))));

    private static void WriteLogits(
        Stream stream, LocalModel model, TokenFile tokens, ExpertVector? expert, ProgressLine line, CancellationToken cancellationToken)
    {
        using var guard = torch.no_grad();
        var rows = model.RowsOf(expert);
        for (var row = 0; row < tokens.Rows.Count; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            line.Report(() => $"row {row + 1} of {tokens.Rows.Count}");
            using var scope = torch.NewDisposeScope();
            var ids = torch.tensor(tokens.Rows[row], device: model.Decoder.Device).unsqueeze(0); // [1, time]
            var logits = model.Decoder.Logits(model.Decoder.Forward(ids, rows)); // [1, time, vocabulary]
            stream.Write(logits.to_type(torch.ScalarType.Float32).cpu().contiguous().bytes);
        }
    }
}
