using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Training.Adapters;
using Transformer2.Training.Data;
using static TorchSharp.torch;

namespace Transformer2.Training.Objectives;

/// <summary>
/// The losses of several trainings in one pass over the base model, rows carrying their own adapter:
/// -weight * log p(answer) + KL weight * KL(base ‖ policy), of each training's own examples. The direction of the divergence is that of the
/// published code, <c>kl_div(log policy, log base)</c>; the paper writes the other one.
/// </summary>
/// <param name="model">The base model; is not changed.</param>
internal sealed class ExampleLoss(Decoder model)
{
    /// <summary>One training's part.</summary>
    /// <param name="Examples">What it learns from.</param>
    /// <param name="Adapter">What it trains.</param>
    /// <param name="Seed">Names its random numbers.</param>
    /// <param name="Step">Its step.</param>
    /// <param name="RowLength">Tokens of a row; where trainings differ, and for longer examples, all have the most.</param>
    public readonly record struct Part(StepExamples Examples, IAdapterParameters Adapter, ulong Seed, int Step, int RowLength);

    /// <summary>A loss for each part; the gradient of each reaches its own adapter only.</summary>
    public IReadOnlyList<StepLoss> Compute(IReadOnlyList<Part> parts)
    {
        using var scope = NewDisposeScope();
        var length = parts.Max(part => Math.Max(part.RowLength, part.Examples.Examples.Max(example => example.Example.Ids.Length)));
        var (batch, rows) = PackedBatch.Pack([.. parts.Select(part => part.Examples.Examples.Select(example => example.Example).ToArray())], length);
        using var disposed = batch;
        var experts = AdapterTensors.Rows([.. parts.Select((part, i) => (part.Adapter.Tensors(new AdapterNoise(part.Seed, part.Step, rows[i], length)), rows[i]))]);
        var targets = Targets.Of(batch, parts, length);
        var (ids, mask) = (batch.Ids.to(model.Device), batch.Mask.to(model.DType, model.Device));
        var predictors = tensor(targets.Predictors, device: model.Device);
        var scores = Scores(); // [answer tokens, vocabulary]
        var losses = -scores.gather(1, tensor(targets.Ids, [targets.Ids.Length, 1], device: model.Device)).squeeze(1) * tensor(targets.Weights, device: model.Device);
        var divergences = parts.Any(part => part.Examples.KlWeight > 0) ? Divergences() : null; // [answer tokens]
        var results = new StepLoss[parts.Count];
        for (int i = 0, first = 0; i < parts.Count; first += targets.Counts[i++])
        {
            var examples = parts[i].Examples;
            var loss = losses.narrow(0, first, targets.Counts[i]).sum();
            double? divergence = null;
            if (divergences is not null && examples.KlWeight > 0)
            {
                var sum = divergences.narrow(0, first, targets.Counts[i]).sum();
                loss = loss.add(sum, alpha: Modeling.Native.Scalars.Of(examples.KlWeight));
                divergence = sum.ToDouble() / examples.Answers;
            }

            results[i] = new StepLoss(loss.MoveToOuterDisposeScope(), examples.Examples.Sum(example => example.Example.Ids.Length), examples.Reward, divergence);
        }

        return results;

        Tensor Scores(bool ofBase = false) =>
            nn.functional.log_softmax(model.Logits(model.Forward(ids, ofBase ? null : experts, mask).flatten(0, 1).index_select(0, predictors)).to_type(ScalarType.Float32), 1);

        Tensor Divergences()
        {
            Tensor reference;
            using (no_grad()) reference = Scores(ofBase: true);
            return (reference.exp() * (reference - scores)).sum(1);
        }
    }

    /// <summary>The answers' tokens of a batch, in the order of the parts.</summary>
    /// <param name="Predictors">Where each is predicted: row * length + column.</param>
    /// <param name="Ids">Which it is.</param>
    /// <param name="Weights">How much it counts.</param>
    /// <param name="Counts">How many each part has.</param>
    private sealed record Targets(long[] Predictors, long[] Ids, float[] Weights, int[] Counts)
    {
        public static Targets Of(PackedBatch batch, IReadOnlyList<Part> parts, int length)
        {
            List<long> predictors = [], ids = [];
            List<float> weights = [];
            var placements = batch.Placements.GetEnumerator();
            var counts = new int[parts.Count];
            foreach (var (i, part) in parts.Index())
            {
                foreach (var weighted in part.Examples.Examples)
                {
                    placements.MoveNext();
                    var (row, start, example) = placements.Current;
                    for (var token = example.AnswerStart; token < example.Ids.Length; token++)
                    {
                        predictors.Add(((long)row * length) + start + token - 1);
                        ids.Add(example.Ids[token]);
                        weights.Add((float)weighted.Weight);
                        counts[i]++;
                    }
                }
            }

            return new Targets([.. predictors], [.. ids], [.. weights], counts);
        }
    }
}
