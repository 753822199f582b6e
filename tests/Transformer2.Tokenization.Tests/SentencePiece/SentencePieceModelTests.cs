using Transformer2.TestKit;
using Transformer2.Tokenization.Tests.Fuzzing;

namespace Transformer2.Tokenization.Tests.SentencePiece;

/// <summary>What the models among the oracles do not have, on a vocabulary small enough to follow by hand.</summary>
public sealed class SentencePieceModelTests
{
    private const int NormalPiece = 1, UserDefined = 4, Unused = 5;

    [Fact]
    public void Pieces_are_made_by_score() => Assert.Equal(["▁a", "b", "▁", "b", "ab"], Tokens(SentencePieceBytes.Model(), "ab bab"));

    [Fact]
    public void User_defined_pieces_are_one_piece_in_any_text_and_join_with_nothing() =>
        Assert.Equal(["▁a", "ba", "b"], Tokens(SentencePieceBytes.Model([("ba", 0, UserDefined)]), "abab"));

    [Fact]
    public void Extra_spaces_go_where_the_model_says_so()
    {
        var model = SentencePieceBytes.Model(normalizer: [(4, 1)]);
        Assert.Equal(["▁a", "▁a", "▁", "b"], Tokens(model, "  a  a   b  "));
        Assert.Empty(Tokens(model, "   "));
        Assert.Equal(["▁", "▁", "▁a"], Tokens(SentencePieceBytes.Model(), "  a"));
    }

    [Fact]
    public void The_dummy_prefix_may_be_absent_or_a_suffix()
    {
        Assert.Equal(["ab"], Tokens(SentencePieceBytes.Model(normalizer: [(3, 0)]), "ab"));
        Assert.Equal(["ab", "▁"], Tokens(SentencePieceBytes.Model(trainer: [(24, 1)]), "ab"));
    }

    [Fact]
    public void Text_after_a_control_piece_has_the_prefix_unless_the_configuration_says_otherwise()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("tokenizer.model"), SentencePieceBytes.Model());
        Assert.Equal(["<s>", "▁a"], Encode());
        File.WriteAllText(folder.File("tokenizer_config.json"), """{"legacy": false}""");
        Assert.Equal(["<s>", "a"], Encode());

        IEnumerable<string?> Encode()
        {
            var tokenizer = TokenizerFile.Load(folder.Path);
            return tokenizer.Encode("<s>a", specialTokens: true).Select(tokenizer.TokenText);
        }
    }

    [Fact]
    public void What_is_not_supported_is_refused_by_name()
    {
        Refused("unigram", SentencePieceBytes.Model(trainer: [(3, 1)]));
        Refused("Unused", SentencePieceBytes.Model([("x", 0, Unused)]));
        Refused("U+0078", SentencePieceBytes.Model([("ax", 0, NormalPiece)]));
        Refused("not new", SentencePieceBytes.Model([("ab", 0, NormalPiece)]));

        static void Refused(string named, byte[] model) =>
            Assert.Contains(named, Assert.Throws<TokenizerException>(() => Tokens(model, "a")).Message, StringComparison.Ordinal);
    }

    private static string?[] Tokens(byte[] model, string text)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("tokenizer.model"), model);
        var tokenizer = TokenizerFile.Load(folder.Path);
        return [.. tokenizer.Encode(text).Select(tokenizer.TokenText)];
    }
}
