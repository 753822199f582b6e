using Transformer2.Engine;
using Transformer2.Experts;

namespace Transformer2.Grains.Inference;

/// <summary>Answers that were begun beside pass 1, before it had said which one is wanted.</summary>
public sealed class Speculation : IAsyncDisposable
{
    private IReadOnlyList<BegunGeneration> _begun = [];

    /// <summary>Whether any was begun.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Takes over what was begun.</summary>
    public void Add(IReadOnlyList<BegunGeneration> begun)
    {
        _begun = begun;
        HasBegun |= begun.Count > 0;
    }

    /// <summary>The answer of an expert; the caller's from now on. Null when it was not begun.</summary>
    public BegunGeneration? Take(ExpertVector expert)
    {
        var found = _begun.FirstOrDefault(generation => generation.Request.Experts switch
        {
            [] => expert.IsIdentity,
            [{ Weight: 1 } only] => only.Expert.Digest == expert.Digest,
            _ => false,
        });
        _begun = [.. _begun.Where(generation => generation != found)];
        return found;
    }

    /// <summary>Ends the answers that nobody took.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var generation in _begun)
            await generation.DisposeAsync();
        _begun = [];
    }
}
