using System.Text.Json.Nodes;
using Transformer2.TestKit;
using Transformer2.Tokenization;

namespace Transformer2.Engine.Tests.Text;

public sealed class AnswerTextTests : IDisposable
{
    private const string Letters = "ab";
    private readonly TemporaryFolder _folder = new();
    private readonly string[] _words;
    private readonly ITokenizer _tokenizer;
    private readonly int _firstId;

    public AnswerTextTests()
    {
        // A token for every word of up to four letters, so that a text splits in many ways; and one without text.
        TinyModelFolder.Write(_folder.Path);
        var path = Path.Combine(_folder.Path, "tokenizer.json");
        var tokenizer = JsonNode.Parse(File.ReadAllText(path))!;
        _firstId = tokenizer["model"]!["vocab"]!.AsObject().Count;
        _words = [.. Words(4)];
        foreach (var (i, word) in _words.Index())
        {
            tokenizer["added_tokens"]!.AsArray().Add(new JsonObject
            {
                ["id"] = _firstId + i,
                ["content"] = word,
                ["single_word"] = false,
                ["lstrip"] = false,
                ["rstrip"] = false,
                ["normalized"] = false,
                ["special"] = false,
            });
        }

        File.WriteAllText(path, tokenizer.ToJsonString());
        _tokenizer = TokenizerFile.Load(_folder.Path);

        static IEnumerable<string> Words(int length) =>
            length == 0 ? [] : Words(length - 1).Concat(Enumerable.Range(0, 1 << length).Select(bits => string.Concat(Enumerable.Range(0, length).Select(i => Letters[(bits >> i) & 1]))));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Random_stop_texts_in_random_splits_end_where_a_simple_search_says()
    {
        var random = new Random(1);
        var ends = 0;
        for (var round = 0; round < 3000; round++)
        {
            string[] stop = [.. Enumerable.Range(0, random.Next(4)).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => Letters[random.Next(2)])))];
            string[] tokens = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => _words[random.Next(_words.Length)])];
            var minTokens = random.Next(3) == 0 ? random.Next(20) : 0;
            var (expected, used) = Reference(tokens, stop, minTokens);

            var answer = new AnswerText(_tokenizer, [.. stop.Select(text => new StopText(text))], minTokens);
            List<TextDelta> deltas = [];
            for (var taken = 0; taken < tokens.Length && !answer.Stopped; taken++)
            {
                if (answer.Append(_firstId + Array.IndexOf(_words, tokens[taken])) is { } delta) deltas.Add(delta);
                // Nothing is held back that cannot become a stop text.
                var soFar = string.Concat(tokens[..(taken + 1)]);
                if (!answer.Stopped) Assert.Equal(soFar[..^HeldBack(soFar, stop)], Joined());
            }

            ends += answer.Stopped ? 1 : 0;
            Assert.Equal(used is not null, answer.Stopped);
            if (answer.Finish() is { } rest) deltas.Add(rest);
            Assert.Equal(expected, Joined());
            Assert.Equal(tokens[..(used ?? tokens.Length)], deltas.SelectMany(delta => delta.TokenIds).Select(id => _words[id - _firstId]));

            string Joined() => string.Concat(deltas.Select(delta => delta.Text));
        }

        Assert.InRange(ends, 500, 2500);
    }

    [Fact]
    public void Text_that_is_held_back_for_long_is_not_copied_for_every_token()
    {
        // Each token leaves all of the stop text but its last letter held back.
        var answer = new AnswerText(_tokenizer, [new StopText(new string('a', 255) + 'b')], minTokens: 0);
        var a = _firstId + Array.IndexOf(_words, "a");
        for (var i = 0; i < 1000; i++) answer.Append(a);

        const int tokens = 10_000;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < tokens; i++) answer.Append(a);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / tokens, 0, 300);
    }

    [Fact]
    public void Tokens_without_text_do_not_pile_up()
    {
        var answer = new AnswerText(_tokenizer, [], minTokens: 0);
        var special = _tokenizer.SpecialIds.First();
        var deltas = Enumerable.Range(0, 1000).Select(_ => answer.Append(special)).OfType<TextDelta>().ToArray();
        Assert.All(deltas, delta => Assert.Equal(("", true), (delta.Text, delta.TokenIds.Count <= 64)));
        Assert.InRange(deltas.Sum(delta => delta.TokenIds.Count), 1000 - 64, 1000);
    }

    [Fact]
    public void A_token_by_itself_has_its_whole_text()
    {
        var answer = new AnswerText(_tokenizer, [], minTokens: 0);
        Assert.Equal("abab", answer.TextOf(_firstId + Array.IndexOf(_words, "abab")));
        Assert.Equal("<|im_end|>", answer.TextOf(2));
        Assert.Equal("\uFFFD", answer.TextOf(_tokenizer.Encode("é")[0]));
        Assert.Equal("", answer.TextOf(1_000_000));
    }

    // The stop text that is complete first, the longest of those.
    private static (string Text, int? Tokens) Reference(string[] tokens, string[] stop, int minTokens)
    {
        var text = "";
        for (var i = 0; i < tokens.Length; i++)
        {
            foreach (var letter in tokens[i])
            {
                text += letter;
                var longest = stop.Where(candidate => text.EndsWith(candidate, StringComparison.Ordinal)).MaxBy(candidate => candidate.Length);
                if (longest is not null && i + 1 >= minTokens) return (text[..^longest.Length], i + 1);
            }
        }

        return (text, null);
    }

    private static int HeldBack(string text, string[] stop) => stop
        .SelectMany(candidate => Enumerable.Range(0, candidate.Length).Where(length => text.EndsWith(candidate[..length], StringComparison.Ordinal)))
        .DefaultIfEmpty(0)
        .Max();
}
