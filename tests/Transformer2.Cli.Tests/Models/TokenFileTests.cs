using Transformer2.TestKit;

namespace Transformer2.Cli.Tests;

public sealed class TokenFileTests
{
    [Fact]
    public async Task Rows_of_one_length_are_read()
    {
        var tokens = await ReadAsync("""{"input_ids": [[1, 2, 3], [4, 5, 6]]}""");

        Assert.Equal([[1, 2, 3], [4, 5, 6]], tokens.Rows);
        tokens.Check(vocabularySize: 7, contextLength: 3);
        Assert.Throws<InputException>(() => tokens.Check(vocabularySize: 6, contextLength: 3));
        Assert.Throws<InputException>(() => tokens.Check(vocabularySize: 7, contextLength: 2));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[[1]]")]
    [InlineData("{}")]
    [InlineData("""{"input_ids": 1}""")]
    [InlineData("""{"input_ids": []}""")]
    [InlineData("""{"input_ids": [[]]}""")]
    [InlineData("""{"input_ids": [[1], [1, 2]]}""")]
    [InlineData("""{"input_ids": [[1.5]]}""")]
    [InlineData("""{"input_ids": [["1"]]}""")]
    [InlineData("""{"input_ids": [[null]]}""")]
    [InlineData("""{"input_ids": [[99999999999999999999]]}""")]
    [InlineData("""{"input_ids": [[1]], "more": true}""")]
    [InlineData("""{"input_ids": [[1]], "input_ids": [[2]]}""")]
    public async Task Anything_else_is_refused(string json)
    {
        var error = await Assert.ThrowsAsync<InputException>(() => ReadAsync(json));

        // Words of the user's, not of the library's.
        Assert.DoesNotContain("dictionary", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", error.Message, StringComparison.Ordinal);
        Assert.Contains("input_ids", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_negative_id_is_outside_the_vocabulary() =>
        Assert.Throws<InputException>(() => new TokenFile([[-1]]).Check(10, 10));

    private static async Task<TokenFile> ReadAsync(string json)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("tokens.json"), json, TestContext.Current.CancellationToken);
        return await TokenFile.ReadAsync(folder.File("tokens.json"), rowsOfOneLength: true, TestContext.Current.CancellationToken);
    }
}
