namespace Transformer2.Tokenization.Jinja;

/// <summary>What a rendering is given besides its variables.</summary>
/// <param name="Clock">Tells the time.</param>
internal sealed record RenderContext(TimeProvider Clock);
