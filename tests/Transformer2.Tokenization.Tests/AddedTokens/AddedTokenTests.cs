namespace Transformer2.Tokenization.Tests.AddedTokens;

public sealed class AddedTokenTests
{
    [Fact]
    public void The_longest_of_those_that_start_left_most_matches() =>
        Assert.Equal("1:<a>|2:<a>b", Split("<a><a>b", Plain(1, "<a>"), Plain(2, "<a>b")));

    [Fact]
    public void White_space_around_is_taken_where_the_token_says_so()
    {
        Assert.Equal("x|1:  <a>|  y", Split("x  <a>  y", new AddedToken(1, "<a>", true, false, TrimLeft: true, false, false)));
        Assert.Equal("x  |1:<a>  |y", Split("x  <a>  y", new AddedToken(1, "<a>", true, false, false, TrimRight: true, false)));
        Assert.Equal("1:<a>  |1:<a>", Split("<a>  <a>", new AddedToken(1, "<a>", true, false, TrimLeft: true, TrimRight: true, false)));
    }

    [Fact]
    public void A_single_word_does_not_match_within_a_longer_one()
    {
        var token = new AddedToken(1, "cat", false, SingleWord: true, false, false, false);
        Assert.Equal("1:cat| cats scat 𐐀cat |1:cat", Split("cat cats scat 𐐀cat cat", token));
    }

    [Fact]
    public void Nothing_matches_where_a_character_is_from_the_user()
    {
        var matcher = new AddedTokenMatcher([("<a>", Plain(1, "<a>"))]);
        var text = MarkedText.Join([new("<a><", false), new("a", true), new("><a>", false), new("<a>", true)]);
        Assert.Equal([1, null, 1, null], matcher.Split(text).Select(p => p.Token?.Id));
    }

    [Fact]
    public void A_normalized_token_is_found_in_the_normalized_text()
    {
        using var files = new TinyModel(t =>
        {
            t["normalizer"] = new { type = "NFC" };
            t["added_tokens"] = new[] { TinyModel.Special(300, "caf\u00E9", special: false, normalized: true) };
        });
        var tokenizer = TokenizerFile.Load(files.Directory);
        Assert.Equal(['a', 300], tokenizer.Encode("acafe\u0301", specialTokens: true));
        Assert.DoesNotContain(300, tokenizer.Encode("acafe\u0301"));
        // The accent is the user's: so is the letter that it makes.
        Assert.DoesNotContain(300, tokenizer.Encode([new("cafe", false), new("\u0301", true)]));
    }

    [Fact]
    public void A_special_token_that_is_in_the_vocabulary_too_is_out_of_reach_of_plain_text()
    {
        using var files = new TinyModel(t =>
        {
            var model = (Dictionary<string, object?>)t["model"]!;
            ((Dictionary<string, int>)model["vocab"]!)["hi"] = 400;
            ((Dictionary<string, int>)model["vocab"]!)["hey"] = 401;
            model["merges"] = new[] { "h i" };
            t["added_tokens"] = new[] { TinyModel.Special(400, "hi"), TinyModel.Special(401, "hey") };
        });
        var tokenizer = TokenizerFile.Load(files.Directory);
        Assert.Equal([400, 401], tokenizer.Encode("hihey", specialTokens: true));
        Assert.Equal("hihey".Select(c => (int)c), tokenizer.Encode("hihey"));
        Assert.Equal("hey".Select(c => (int)c), tokenizer.Encode("hey"));
        Assert.Equal("hi".Select(c => (int)c), tokenizer.Encode("hi"));
    }

    private static AddedToken Plain(int id, string content) => new(id, content, IsSpecial: true, false, false, false, false);

    private static string Split(string text, params AddedToken[] tokens)
    {
        var parts = new AddedTokenMatcher(tokens.Select(t => (t.Content, t))).Split(new MarkedText(text, isFromUser: false));
        return string.Join('|', parts.Select(p => (p.Token is null ? "" : $"{p.Token.Id}:") + p.Text.Text));
    }
}
