using System.Buffers.Binary;
using System.Text;

namespace Transformer2.Modeling.Native;

/// <summary>Edits the symbol-version needs (section <c>.gnu.version_r</c>) of a 64-bit little-endian ELF image.</summary>
internal static class ElfVersionNeeds
{
    private const uint SectionTypeVersionNeeds = 0x6ffffffe;
    private const ushort FlagWeak = 2;

    /// <summary>Marks every need of <paramref name="version"/> weak, so that a loader without that version does not refuse the file.</summary>
    /// <returns>How many needs were marked.</returns>
    /// <exception cref="BadImageFormatException">Not such an ELF image.</exception>
    public static int MarkWeak(Span<byte> image, string version)
    {
        if (image.Length < 64 || !image[..6].SequenceEqual<byte>([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
            throw new BadImageFormatException("Not a 64-bit little-endian ELF image.");

        var marked = 0;
        var sections = (int)U64(image, 0x28);
        int entrySize = U16(image, 0x3a), count = U16(image, 0x3c);
        for (var i = 0; i < count; i++)
        {
            var header = sections + (i * entrySize);
            if (U32(image, header + 4) != SectionTypeVersionNeeds) continue;
            var names = (int)U64(image, sections + ((int)U32(image, header + 40) * entrySize) + 24);
            marked += MarkInSection(image, (int)U64(image, header + 24), names, version);
        }

        return marked;
    }

    private static int MarkInSection(Span<byte> image, int need, int names, string version)
    {
        var marked = 0;
        for (var more = true; more;)
        {
            var auxiliary = need + (int)U32(image, need + 8);
            for (var left = U16(image, need + 2); left > 0; left--)
            {
                if (Name(image, names + (int)U32(image, auxiliary + 8)) == version)
                {
                    var flags = image[(auxiliary + 4)..];
                    BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(flags) | FlagWeak));
                    marked++;
                }

                auxiliary += (int)U32(image, auxiliary + 12);
            }

            var next = (int)U32(image, need + 12);
            need += next;
            more = next != 0;
        }

        return marked;
    }

    private static string Name(ReadOnlySpan<byte> image, int offset)
    {
        var text = image[offset..];
        return Encoding.ASCII.GetString(text[..text.IndexOf((byte)0)]);
    }

    private static ushort U16(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(image[offset..]);

    private static uint U32(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(image[offset..]);

    private static ulong U64(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(image[offset..]);
}
