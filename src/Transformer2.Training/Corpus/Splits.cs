using System.Security.Cryptography;
using System.Text;

namespace Transformer2.Training.Corpus;

/// <summary>Parts of the data that share no question.</summary>
public enum Split
{
    /// <summary>Base model and experts learn from it.</summary>
    Train,

    /// <summary>Chooses: early stopping, settings.</summary>
    Validation,

    /// <summary>Measures, and chooses nothing.</summary>
    Test,
}

/// <summary>Assigns questions to splits by a hash of the question, so that the splits are disjoint by construction, in every phrasing.</summary>
public static class Splits
{
    /// <summary>One question in ten is test, one in ten validation.</summary>
    public static Split Of(TaskFamily family, TaskItem item)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{family.Name}:{item.Key}"), hash);
        return (hash[0] % 10) switch
        {
            0 => Split.Test,
            1 => Split.Validation,
            _ => Split.Train,
        };
    }

    /// <summary>Draws questions until one falls into the split.</summary>
    public static TaskItem Draw(TaskFamily family, Split split, SeededRandom random)
    {
        while (true)
        {
            var item = family.Draw(random);
            if (Of(family, item) == split) return item;
        }
    }

    /// <summary>Different (question, phrasing) pairs of a split, the same for the same seed.</summary>
    /// <returns>At most <paramref name="count"/>; fewer when the family has no more.</returns>
    public static IReadOnlyList<(TaskItem Item, int Phrasing)> Questions(TaskFamily family, Split split, int count, ulong seed)
    {
        var random = new SeededRandom(seed ^ (ulong)family.Name.Length);
        var seen = new HashSet<(string, int)>();
        var questions = new List<(TaskItem, int)>();
        for (var attempts = 0; questions.Count < count && attempts < count * 50; attempts++)
        {
            var item = Draw(family, split, random);
            var phrasing = questions.Count % TaskFamilies.Phrasings; // every phrasing counts the same
            if (seen.Add((item.Key, phrasing))) questions.Add((item, phrasing));
        }

        return questions;
    }
}
