using System.Text;
using Transformer2.Tokenization;

namespace Transformer2.Benchmarks;

/// <summary>Texts that tokenizers have been slow on.</summary>
internal static class HardTexts
{
    /// <summary>Each kind of text, of so many bytes of UTF-8 or slightly less; the same at every call.</summary>
    public static IEnumerable<(string Kind, string Text)> For(ITokenizer tokenizer, int bytes)
    {
        yield return ("one letter", new string('a', bytes));
        yield return ("spaces", new string(' ', bytes));
        yield return ("random letters", Random(bytes, bytesEach: 1, 'a', 'z'));
        yield return ("CJK", Random(bytes, bytesEach: 3, '\u4E00', '\u9FA5'));
        yield return ("combining marks", "e" + Random(bytes - 1, bytesEach: 2, '\u0300', '\u036F'));
        yield return ("adversarial merges", LongestWords(tokenizer, bytes));
    }

    private static string Random(int bytes, int bytesEach, char first, char last)
    {
        var random = new Random(1);
        return string.Create(bytes / bytesEach, (first, last), (text, range) =>
        {
            for (var i = 0; i < text.Length; i++) text[i] = (char)random.Next(range.first, range.last + 1);
        });
    }

    /// <summary>The vocabulary's longest words of letters with no space in between: every letter takes part in many merges, and the words overlap in others.</summary>
    private static string LongestWords(ITokenizer tokenizer, int bytes)
    {
        var words = Enumerable.Range(0, tokenizer.VocabularySize)
            .Select(tokenizer.TokenText).OfType<string>().Where(token => token.All(char.IsAsciiLetter))
            .OrderByDescending(token => token.Length).ThenBy(token => token, StringComparer.Ordinal).Take(1000).ToArray();
        var random = new Random(1);
        var text = new StringBuilder();
        while (text.Length < bytes) text.Append(words[random.Next(words.Length)]);
        return text.ToString(0, bytes);
    }
}
