namespace Transformer2.Experts;

/// <summary>What an expert must fit: a base model and its decomposition.</summary>
/// <param name="BaseModel">Fingerprint of the base model, <c>sha256:</c> and hexadecimal digits.</param>
/// <param name="Decomposition">Fingerprint of the decomposition, in the same form.</param>
/// <param name="Ranks">
/// Per adaptable matrix, by the checkpoint's own parameter name (<c>model.layers.0.mlp.gate_proj.weight</c>), the number of its
/// singular values.
/// </param>
public sealed record ExpertLayout(string BaseModel, string Decomposition, IReadOnlyDictionary<string, int> Ranks);
