namespace Transformer2.Grains.Tests;

public class IdTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("0", true)]
    [InlineData("math-2", true)]
    [InlineData("a--b", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("-a", false)]
    [InlineData("a-", false)]
    [InlineData("A", false)]
    [InlineData("a_b", false)]
    [InlineData("a.b", false)]
    [InlineData("a/b", false)]
    [InlineData("a\n", false)]
    [InlineData("ä", false)]
    [InlineData("а", false)] // Cyrillic
    public void An_id_is_a_label(string? text, bool valid)
    {
        Assert.Equal(valid, TenantId.TryParse(text, out var tenant));
        Assert.Equal(valid, ExpertId.TryParse(text, out _));
        Assert.Equal(valid ? text : null, tenant.Value);
    }

    [Fact]
    public void An_id_has_at_most_63_characters()
    {
        Assert.True(ExpertId.TryParse(new string('a', 63), out _));
        Assert.False(ExpertId.TryParse(new string('a', 64), out _));
        Assert.Throws<FormatException>(() => ExpertId.Parse("../x"));
    }

    [Fact]
    public void A_digest_is_the_SHA_256_in_lower_case()
    {
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", ContentDigest.Of("abc"u8).Value);
        Assert.False(ContentDigest.TryParse(new string('A', 64), out _));
        Assert.False(ContentDigest.TryParse(new string('a', 63), out _));
    }
}
