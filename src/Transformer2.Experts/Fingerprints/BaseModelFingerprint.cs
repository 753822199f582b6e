namespace Transformer2.Experts;

/// <summary>The identity of a base model: its tensors and whatever of its configuration changes results.</summary>
public static class BaseModelFingerprint
{
    /// <summary>Hashes the tensors of all shards in the order of their names, so that sharding and metadata do not matter.</summary>
    /// <param name="config">The configuration that changes results, in a canonical form of the caller's.</param>
    /// <param name="shards">The files of the checkpoint; no tensor in two of them.</param>
    /// <exception cref="ArgumentException">A tensor occurs in two shards.</exception>
    public static string Compute(ReadOnlySpan<byte> config, IEnumerable<SafetensorsFile> shards)
    {
        var tensors = new SortedDictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        foreach (var shard in shards)
        {
            foreach (var name in shard.Tensors.Keys)
            {
                if (!tensors.TryAdd(name, shard))
                {
                    throw new ArgumentException($"The tensor '{name}' is in two shards.", nameof(shards));
                }
            }
        }

        using var fingerprint = new Fingerprint("t2.base-model.v1");
        fingerprint.Add(config).Add(tensors.Count);
        foreach (var (name, shard) in tensors)
        {
            Add(fingerprint, shard, shard.Tensors[name]);
        }

        return fingerprint.Finish();
    }

    private static void Add(Fingerprint fingerprint, SafetensorsFile shard, TensorInfo tensor)
    {
        fingerprint.Add(tensor.Name).Add(tensor.DType.ToString()).Add(tensor.Shape.Count);
        foreach (var extent in tensor.Shape)
        {
            fingerprint.Add(extent);
        }

        fingerprint.Add(tensor.Length);
        shard.ReadPieces(tensor.Name, (_, bytes) => fingerprint.AddPart(bytes));
    }
}
