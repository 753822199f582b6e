using Transformer2.Adaptation.Search;

namespace Transformer2.Adaptation.Tests.Search;

public sealed class SeededGeneratorTests
{
    // From the published algorithm, computed in Python: a stored search must go on alike after an update.
    [Theory]
    [InlineData(1, 0, 0.3614976377969532, 0.8961592270985029, 0.049851608707907835)]
    [InlineData(1, 1, 0.6043844815333382, 0.03482347193091928, 0.743511890953313)]
    [InlineData(38, 7, 0.8179078930000231, 0.764059592171468, 0.9380849650526649)]
    public void A_seed_and_a_generation_name_the_numbers(ulong seed, int generation, double first, double second, double third)
    {
        var generator = SeededGenerator.ForGeneration(seed, generation);
        Assert.Equal([first, second, third], [generator.NextDouble(), generator.NextDouble(), generator.NextDouble()]);
    }

    [Fact]
    public void Normal_numbers_are_those_of_Box_and_Muller()
    {
        var generator = SeededGenerator.ForGeneration(1, 0);
        Assert.Equal(0.7526736077605377, generator.NextGaussian(), 1e-12);
        Assert.Equal(0.31925457784970757, generator.NextGaussian(), 1e-12);
    }

    [Fact]
    public void Normal_numbers_have_mean_zero_and_deviation_one()
    {
        var generator = SeededGenerator.ForGeneration(9, 3);
        var numbers = Enumerable.Range(0, 100_000).Select(_ => generator.NextGaussian()).ToArray();
        Assert.All(numbers, number => Assert.True(double.IsFinite(number)));
        Assert.Equal(0, numbers.Average(), 0.02);
        Assert.Equal(1, numbers.Average(number => number * number), 0.02);
        Assert.Equal(0.0455, numbers.Count(number => Math.Abs(number) > 2) / 100_000.0, 0.004);
    }

    [Fact]
    public void A_seed_names_an_order()
    {
        Assert.Equal([3, 2, 7, 5, 4, 0, 6, 1], SeededGenerator.ForSplit(5).Shuffle(8));
        Assert.Empty(SeededGenerator.ForSplit(5).Shuffle(0));
    }
}
