namespace Transformer2.Tokenization.Tests.Bpe;

/// <summary>
/// Worst cases for merging, by counted work: twice the text takes about twice the steps, and each symbol few of them. How long that takes
/// is for the benchmark <c>tokenize</c> to say.
/// </summary>
public sealed class LinearTimeTests
{
    private const int A = 0, B = 1, FirstJoined = 2, Length = 1 << 17;

    public static TheoryData<string, string> Cases => new()
    {
        // Doubling: all pairs are candidates at once, again and again.
        { "doubling", "a" },
        { "doubling", "ab" },
        { "doubling", "aab" },
        // A chain: one token grows from the left over the whole word, and each merge waits for the one before it.
        { "chain", "a" },
        // A chain whose later links come first: at every place there is a candidate that is overtaken.
        { "reversed chain", "a" },
        { "reversed chain", "aaab" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Twice_the_text_takes_about_twice_the_work(string merges, string repeated)
    {
        var (once, twice) = (Steps(merges, repeated, Length), Steps(merges, repeated, 2 * Length));
        Assert.InRange(once, 1, 32L * Length);
        Assert.InRange(twice, once, (long)(2.3 * once));
    }

    private static long Steps(string merges, string repeated, int length)
    {
        var buffer = new MergeBuffer(Table(merges));
        for (var i = 0; i < length; i++)
            buffer.Add(repeated[i % repeated.Length] == 'a' ? A : B);
        var output = new List<int>();
        buffer.MergeInto(output);
        Assert.InRange(output.Count, 1, length - 1);
        return buffer.Steps;
    }

    private static MergeTable Table(string kind)
    {
        const int Links = 1000;
        var table = new MergeTable(2 * Links);
        switch (kind)
        {
            case "doubling":
                for (var (level, token) = (0, A); level < 6; level++, token = FirstJoined + level - 1)
                    table.Add(token, token, rank: level, FirstJoined + level);
                table.Add(A, B, rank: 6, FirstJoined + 6);
                table.Add(FirstJoined + 6, FirstJoined + 6, rank: 7, FirstJoined + 7);
                break;
            case "chain" or "reversed chain":
                table.Add(A, A, rank: Links, FirstJoined);
                for (var link = 0; link < Links; link++)
                    table.Add(FirstJoined + link, A, rank: kind == "chain" ? Links + 1 + link : Links - 1 - link, FirstJoined + link + 1);
                break;
        }
        return table;
    }
}
