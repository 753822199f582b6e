namespace Transformer2.Tokenization.Tests.PreTokenization;

/// <summary>Patterns mean what they mean in Rust, also where .NET's own regular expressions see surrogates.</summary>
public sealed class RegexPatternTests
{
    [Theory]
    [InlineData(@"\p{L}+", "a𐐀𝒳é1𠀀", "a𐐀𝒳é|𠀀")]
    [InlineData(@"\p{Lu}", "A𐐀a𐐨", "A|𐐀")]
    [InlineData(@"\p{N}{1,3}", "12𝟘𝟙x", "12𝟘|𝟙")]
    [InlineData(@"\P{L}+", "a😀-b", "😀-")]
    [InlineData(@"[^\s\p{L}\p{N}]+", "a😀!𐐀 \uE000\U000F0000", "😀!|\uE000\U000F0000")]
    [InlineData(@"[\P{L}a]+", "ba😀𐐀", "a😀")]
    [InlineData(@"[^\P{L}a]+", "ba😀𐐀c", "b|𐐀c")]
    [InlineData(@"\w+", "𐐀_1 😀", "𐐀_1")]
    [InlineData(@"\S+", "a😀 b", "a😀|b")]
    [InlineData(@".", "😀\na", "😀|a")]
    [InlineData(@"[\s\S]", "a😀\n", "a|😀|\n")]
    [InlineData(@" ?[a-z]{2,}|[\s\S]", "a bc😀", "a| bc|😀")]
    [InlineData(@"(?i:'s|'t)", "'S'ſ't'S", "'S|'ſ|'t|'S")]
    [InlineData(@"(?i)k[a-c]x", "KBX \u212Aax", "KBX|\u212Aax")]
    [InlineData(@"a(?i:b)B", "aBB aBb", "aBB")]
    [InlineData(@"\s+(?!\S)|\s+", "a   b  ", "  | |  ")]
    [InlineData(@"a++b|a", "aab aa", "aab|a|a")]
    [InlineData(@"[^\r\n\p{L}\p{N}]?+\p{L}++", "x!y", "x|!y")]
    [InlineData(@"\u0061|\x{62}|\n", "ab\n", "a|b|\n")]
    [InlineData(@"[\p{Ll}\p{M}]+", "e\u0301𐐨A", "e\u0301𐐨")]
    [InlineData(@"[!-/]+|\.", "a!+,.b", "!+,.")]
    public void Matches(string pattern, string text, string expected)
    {
        var matches = new RegexPattern(pattern).Matches(text);
        Assert.Equal(expected, string.Join('|', matches.Select(m => text.Substring(m.Start, m.Length))));
    }

    [Theory]
    [InlineData("[a")]
    [InlineData("a{2")]
    [InlineData("*")]
    [InlineData(")")]
    [InlineData(@"\")]
    [InlineData(@"\b")]
    [InlineData(@"\q")]
    [InlineData("(?<name>a)")]
    [InlineData(@"\p{")]
    [InlineData(@"\x{zz}")]
    [InlineData(@"[\uD800-\uDFFF]")]
    [InlineData("😀")]
    [InlineData("[b-a]")]
    [InlineData("a{1,2}+")]
    [InlineData(@"\p")]
    [InlineData(@"\u12")]
    public void Refuses_what_it_cannot_translate(string pattern) =>
        Assert.Throws<TokenizerException>(() => new RegexPattern(pattern));
}
