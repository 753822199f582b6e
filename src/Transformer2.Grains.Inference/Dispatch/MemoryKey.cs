using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Transformer2.Abstractions;

namespace Transformer2.Grains.Inference;

/// <summary>Names a decision by everything that it depends on, so that a changed library or policy has no old decisions.</summary>
internal static class MemoryKey
{
    /// <summary>The keys of a prompt: of a conversation one for each of the user's turns, the last one last.</summary>
    public static IReadOnlyList<string> Of(DispatchPlan plan, GenerationSpec spec)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, plan.Tenant.Value);
        Add(hash, plan.Strategy);
        Add(hash, JsonSerializer.Serialize(plan.Automatic));
        if (spec.Text is { } text)
        {
            Add(hash, text);
            return [Convert.ToHexString(hash.GetCurrentHash())];
        }

        var keys = new List<string>();
        foreach (var turn in spec.Messages)
        {
            Add(hash, turn.Role);
            Add(hash, turn.Content);
            if (turn.Role == "user")
                keys.Add(Convert.ToHexString(hash.GetCurrentHash()));
        }

        return keys;
    }

    /// <summary>The key of a calibration.</summary>
    public static string Of(TenantId tenant, ClassificationPlan classification)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, tenant.Value);
        Add(hash, classification.Classifier?.Digest.Value ?? "");
        Add(hash, JsonSerializer.Serialize(classification.Template));
        foreach (var category in classification.Categories)
        {
            Add(hash, category.Name);
            Add(hash, category.Description);
        }

        return Convert.ToHexString(hash.GetCurrentHash());
    }

    // With its length, so that no two lists of texts are the same bytes.
    private static void Add(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }
}
