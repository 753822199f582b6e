using System.Collections.Immutable;
using Transformer2.Abstractions;

namespace Transformer2.Grains;

internal static class ExpertErrors
{
    public static PlatformException NotFound(ExpertId id) => new(ErrorReason.ExpertNotFound, $"There is no expert '{id}'.");

    public static PlatformException Quarantined(ExpertId id) => new(
        ErrorReason.ExpertQuarantined, $"The expert '{id}' is in quarantine: it did not pass the gates of its training. Release it first.", ("expert", id.Value));

    public static ImmutableDictionary<ExpertId, ContentDigest> ToDigests(this ImmutableDictionary<ExpertId, ExpertRecord> experts) =>
        experts.ToImmutableDictionary(expert => expert.Key, expert => expert.Value.Content.Digest);
}
