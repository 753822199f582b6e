using Transformer2.TestKit;

namespace Transformer2.Cli.Tests;

public sealed class ExpertArgumentTests
{
    [Theory]
    [InlineData("math", "math", null)]
    [InlineData("math=0.5", "math", 0.5)]
    [InlineData("a=b=1e-3", "a=b", 1e-3)]
    [InlineData("math=NaN", "math", double.NaN)]
    public void A_weight_follows_the_last_equals_sign(string text, string name, double? weight) =>
        Assert.Equal(new ExpertArgument(name, weight), ExpertArgument.Parse(text));

    [Theory]
    [InlineData("math=")]
    [InlineData("math=much")]
    [InlineData("=1")]
    [InlineData("")]
    public void Anything_else_is_a_usage_error(string text) => Assert.Throws<UsageException>(() => ExpertArgument.Parse(text));

    [Fact]
    public void A_file_that_exists_is_not_split()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("rank=8");
        File.WriteAllText(path, "");

        Assert.Equal(new ExpertArgument(path, null), ExpertArgument.ParseFile(path));
        Assert.Equal(new ExpertArgument(path, 2), ExpertArgument.ParseFile(path + "=2"));
    }
}
