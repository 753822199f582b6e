using System.Collections.Immutable;
using Transformer2.Abstractions;

namespace Transformer2.Grains;

internal static class ExpertErrors
{
    public static PlatformException NotFound(ExpertId id) => new(ErrorReason.ExpertNotFound, $"There is no expert '{id}'.");

    public static ImmutableDictionary<ExpertId, ContentDigest> ToDigests(this ImmutableDictionary<ExpertId, ExpertRecord> experts) =>
        experts.ToImmutableDictionary(expert => expert.Key, expert => expert.Value.Content.Digest);
}
