using System.Text;
using Transformer2.TestKit;
using Transformer2.Tokenization.Tests.Fuzzing;

namespace Transformer2.Tokenization.Tests.Normalization;

public sealed class CharsmapTests
{
    private static readonly byte[] Rules = CharsmapBytes.Of(
        ("Ａ", "a"), ("e\u0301", "é"), ("e", "E"), ("\u3000", " "), ("ab", "X"), ("abcd", "Y"), ("\u200B", ""), ("㌔", "キロ"), ("\U0001D7D8", "0"));

    [Theory]
    [InlineData("Ａ x", "a x")]
    [InlineData("e\u0301e", "éE")]
    [InlineData("abc abcd ab", "Xc Y X")]
    [InlineData("a\u200B\u3000㌔\U0001D7D8\U0001D7D9", "a キロ0\U0001D7D9")]
    [InlineData("", "")]
    [InlineData("\0", "\0")]
    public void SentencePiece_replaces_the_longest_key_at_each_place(string text, string expected) =>
        Assert.Equal(expected, Normalize(new SentencePieceCharsmap(new Charsmap(Rules), new WordFinder([])), text));

    [Fact]
    public void A_user_defined_piece_stays_as_it_is() =>
        Assert.Equal("XabeX", Normalize(new SentencePieceCharsmap(new Charsmap(Rules), new WordFinder(["abe", "be"])), "ababeab"));

    [Theory]
    // A cluster that begins with a key is gone as a whole.
    [InlineData("e\u0301e", "EE")]
    [InlineData("e\u0301\u0301\u0301x", "E\u0301\u0301\u0301x")]
    [InlineData("abc abcd Ａ", "abc abcd a")]
    [InlineData("a\u200B\u3000㌔\U0001D7D8\r\n", "a キロ0\r\n")]
    public void Tokenizers_replaces_short_clusters_by_their_shortest_key(string text, string expected) =>
        Assert.Equal(expected, Normalize(new PrecompiledNormalizer(new Charsmap(Rules)), text));

    [Fact]
    public void A_SentencePiece_model_normalizes_before_it_treats_spaces()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("tokenizer.model"), SentencePieceBytes.Model(charsmap: Rules, normalizer: [(4, 1)]));
        var tokenizer = TokenizerFile.Load(folder.Path);
        Assert.Equal(["▁a", "▁a", "b"], tokenizer.Encode("\u3000Ａ \u3000a\u200Bb").Select(tokenizer.TokenText));
    }

    [Fact]
    public void A_tokenizer_json_has_the_rules_in_base64()
    {
        using var files = new TinyModel(t => t["normalizer"] = new { type = "Precompiled", precompiled_charsmap = Convert.ToBase64String(Rules) });
        Assert.Equal(['a', 'X'], TokenizerFile.Load(files.Directory).Encode("ＡX"));
        using var broken = new TinyModel(t => t["normalizer"] = new { type = "Precompiled", precompiled_charsmap = "??" });
        Assert.Contains("base64", Assert.Throws<TokenizerException>(() => TokenizerFile.Load(broken.Directory)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("00000000")]
    [InlineData("05000000 0000000000")]
    [InlineData("08000000 00000000")]
    [InlineData("04000000 05000080 6100")]
    [InlineData("04000000 00000000 FF00")]
    public void A_damaged_map_is_refused(string bytes) =>
        Assert.Throws<TokenizerException>(() => new Charsmap(Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal))));

    [Fact]
    public void Whatever_is_in_the_trie_nothing_outside_of_it_is_read()
    {
        var random = new Random(1);
        for (var round = 0; round < 2000; round++)
        {
            var map = (byte[])Rules.Clone();
            for (var change = random.Next(1, 40); change > 0; change--)
                map[random.Next(map.Length)] = (byte)random.Next(256);
            try
            {
                var rules = new Charsmap(map);
                foreach (var text in (string[])["Ａe\u0301abcd", "㌔\U0001D7D8\u3000ab", "e\u0301\u0301\0\uFFFF"])
                {
                    Normalize(new SentencePieceCharsmap(rules, new WordFinder(["bc"])), text);
                    Normalize(new PrecompiledNormalizer(rules), text);
                }
            }
            catch (TokenizerException)
            {
            }
        }
    }

    [Fact]
    public void A_trie_that_leads_back_to_itself_ends()
    {
        // Unit 'a' is where the root leads with 'a', and with offset 'a' ^ 0 so does every unit on the way.
        var units = new uint[256];
        units[0] = 0;
        units['a'] = ((uint)'a' << 10) | 'a';
        byte[] map = [.. BitConverter.GetBytes(units.Length * sizeof(uint)), .. units.SelectMany(BitConverter.GetBytes), 0];
        var text = new string('a', 100_000);
        Assert.Equal(text, Normalize(new SentencePieceCharsmap(new Charsmap(map), new WordFinder([])), text));
    }

    private static string Normalize(INormalizer normalizer, string text)
    {
        var normalized = normalizer.Normalize(new MarkedText(text, isFromUser: true)).Text.ToString();
        var mixed = MarkedText.Join([.. text.EnumerateRunes().Select((rune, i) => new TextSegment(rune.ToString(), i % 2 == 0))]);
        Assert.Equal(normalized, normalizer.Normalize(mixed).Text.ToString());
        return normalized;
    }
}
