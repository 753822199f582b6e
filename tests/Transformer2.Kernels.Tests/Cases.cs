using Transformer2.Kernels.Vectors;
using Transformer2.Kernels.Weights;

namespace Transformer2.Kernels.Tests;

/// <summary>What kernels are tested over.</summary>
internal static class Cases
{
    /// <summary>Instruction sets whose vectors this machine has.</summary>
    public static IEnumerable<InstructionSet> Sets => Enum.GetValues<InstructionSet>().Where(set => set <= InstructionSets.Best);

    public static TheoryData<InstructionSet> AllSets => [.. Sets];

    public static TheoryData<InstructionSet, WeightType> SetsAndTypes
    {
        get
        {
            var data = new TheoryData<InstructionSet, WeightType>();
            foreach (var set in Sets)
            {
                foreach (var type in Enum.GetValues<WeightType>())
                {
                    data.Add(set, type);
                }
            }

            return data;
        }
    }
}
