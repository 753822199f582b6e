using TorchSharp;
using Transformer2.Modeling.Native;
using Transformer2.Training.Data;
using static TorchSharp.torch;

namespace Transformer2.Training.Classification;

/// <summary>
/// Prompts with all labels behind each, packed into rows: a label sees the prompt and itself, and stands right behind the prompt as far as
/// positions go. So one pass gives every label's probability, and no answer is generated.
/// </summary>
internal sealed class LabelBatch : IDisposable
{
    private LabelBatch(Tensor ids, Tensor positions, Tensor mask, Tensor predictors, IReadOnlyList<EncodedPrompt> prompts, int tokens)
    {
        Ids = ids;
        Positions = positions;
        Mask = mask;
        Predictors = predictors;
        Prompts = prompts;
        Tokens = tokens;
    }

    /// <summary>Int64 [rows, length]</summary>
    public Tensor Ids { get; }

    /// <summary>Int64 [rows, length]: where each token stands in its own conversation.</summary>
    public Tensor Positions { get; }

    /// <summary>[rows, 1, length, length]: 0 or minus infinity.</summary>
    public Tensor Mask { get; }

    /// <summary>Int64 [prompts * (1 + inputs)]: indices into rows * length of the positions that predict, prompt by prompt.</summary>
    public Tensor Predictors { get; }

    /// <summary>The prompts, in the order given.</summary>
    public IReadOnlyList<EncodedPrompt> Prompts { get; }

    /// <summary>Tokens of all prompts and labels.</summary>
    public int Tokens { get; }

    /// <summary>Packs prompts into as many rows as they need.</summary>
    /// <param name="prompts">The prompts.</param>
    /// <param name="answers">The labels.</param>
    /// <param name="length">Tokens of a row, unless a prompt needs longer ones.</param>
    public static LabelBatch Pack(IReadOnlyList<EncodedPrompt> prompts, LabelAnswers answers, int length)
    {
        length = prompts.Select(prompt => prompt.Ids.Length + answers.Inputs).Append(length).Max();
        var starts = new List<int>();
        var (row, column) = (0, 0);
        foreach (var prompt in prompts)
        {
            var tokens = prompt.Ids.Length + answers.Inputs;
            if (column + tokens > length) (row, column) = (row + 1, 0);
            starts.Add((row * length) + column);
            column += tokens;
        }

        var layout = new Layout(row + 1, length);
        for (var i = 0; i < prompts.Count; i++) layout.Add(starts[i], prompts[i].Ids, answers, segment: i + 1);
        return layout.Build(prompts);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Ids.Dispose();
        Positions.Dispose();
        Mask.Dispose();
        Predictors.Dispose();
    }

    private sealed class Layout(int rows, int length)
    {
        private readonly long[] _ids = new long[rows * length];
        private readonly long[] _positions = new long[rows * length];
        private readonly long[] _segments = new long[rows * length]; // 0 is padding
        private readonly long[] _branches = new long[rows * length]; // 0 is the prompt
        private readonly List<long> _predictors = [];
        private int _tokens;

        public void Add(int start, int[] prompt, LabelAnswers answers, int segment)
        {
            var at = start;
            for (var i = 0; i < prompt.Length; i++) Put(at++, prompt[i], i, branch: 0);
            _predictors.Add(at - 1);
            foreach (var (label, ids) in answers.Ids.Index())
                for (var i = 0; i < ids.Length - 1; i++)
                {
                    _predictors.Add(at);
                    Put(at++, ids[i], prompt.Length + i, label + 1);
                }

            _tokens += at - start;

            void Put(int index, int id, int position, int branch) =>
                (_ids[index], _positions[index], _segments[index], _branches[index]) = (id, position, segment, branch);
        }

        public LabelBatch Build(IReadOnlyList<EncodedPrompt> prompts)
        {
            using var scope = NewDisposeScope();
            var branch = tensor(_branches, [rows, length]);
            var visible = branch.unsqueeze(1).eq(Scalars.Whole(0)).logical_or(branch.unsqueeze(-1).eq(branch.unsqueeze(1))); // [rows, length, length]
            var mask = SegmentMask.Of(tensor(_segments, [rows, length]), visible);
            return new LabelBatch(
                tensor(_ids, [rows, length]).DetachFromDisposeScope(),
                tensor(_positions, [rows, length]).DetachFromDisposeScope(),
                mask.DetachFromDisposeScope(),
                tensor(_predictors.ToArray()).DetachFromDisposeScope(),
                prompts,
                _tokens);
        }
    }
}
