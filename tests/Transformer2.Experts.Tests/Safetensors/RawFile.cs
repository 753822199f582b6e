using System.Buffers.Binary;
using System.Text;

namespace Transformer2.Experts.Tests.Safetensors;

/// <summary>Builds files byte by byte, also wrong ones.</summary>
internal static class RawFile
{
    /// <summary>A file with a truthful header length and zeroed data.</summary>
    public static byte[] Of(string json, int dataBytes = 0) => Of(Encoding.UTF8.GetBytes(json), dataBytes);

    public static byte[] Of(byte[] header, int dataBytes = 0) => WithLength((ulong)header.Length, [.. header, .. new byte[dataBytes]]);

    public static byte[] WithLength(ulong headerLength, params byte[] rest)
    {
        var file = new byte[8 + rest.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(file, headerLength);
        rest.CopyTo(file, 8);
        return file;
    }

    public static SafetensorsException Rejected(byte[] file, SafetensorsLimits? limits = null) =>
        Assert.Throws<SafetensorsException>(() => SafetensorsFile.Parse(file, limits ?? SafetensorsLimits.Expert));
}
