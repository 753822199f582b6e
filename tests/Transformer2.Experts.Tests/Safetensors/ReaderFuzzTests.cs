using System.Text;

namespace Transformer2.Experts.Tests.Safetensors;

/// <summary>
/// Damaged files, from good ones by changes of single bytes and of the header's parts. Whatever they are, the readers answer with their own
/// exceptions, and take no more memory than the file justifies.
/// </summary>
public sealed class ReaderFuzzTests
{
    // For exceptions, dictionaries and texts of messages.
    private const int FixedBytes = 256 << 10;

    private static readonly ExpertLayout Layout = new("sha256:a", "sha256:b", new Dictionary<string, int> { ["m.weight"] = 4, ["n.weight"] = 3 });

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", "\"", ":", ",", "null", "-1", "0", "18446744073709551616", "9223372036854775807", "1e9", "[[[[[[", "\"F32\"", "\"F64\"", "\"BOOL\"",
        "\"__metadata__\"", "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"m.weight.z\"", "[0,16]", "[4294967296,4294967296]", "\\u0000", "\\ud800", "é", "\u0001", " ", "\n",
    ];

    [Fact]
    public void Readers_answer_damaged_files_with_their_own_exceptions()
    {
        var random = new Random(20260822);
        var seconds = int.TryParse(Environment.GetEnvironmentVariable("T2_FUZZ_SECONDS"), out var asked) ? asked : 0;
        var end = DateTime.UtcNow.AddSeconds(seconds);
        byte[][] seeds = [Expert(), SafetensorsWithEverything()];
        for (var round = 0; round < 20_000 || DateTime.UtcNow < end; round++)
        {
            var file = Damage(seeds[round % seeds.Length], random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Read(file);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= (2 * file.Length) + FixedBytes, $"round {round}: {allocated} bytes for a file of {file.Length}");
        }
    }

    private static void Read(byte[] file)
    {
        try
        {
            using var parsed = SafetensorsFile.Parse(file);
            foreach (var tensor in parsed.Tensors.Values) _ = parsed.Bytes(tensor.Name);
        }
        catch (SafetensorsException)
        {
            // Refused, as most of them should be.
        }

        try
        {
            ExpertFile.Read(file, Layout);
        }
        catch (ExpertFileException)
        {
        }

        _ = ExpertFile.FindFault(file);
    }

    private static byte[] Damage(byte[] seed, Random random)
    {
        var file = seed.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var header = Math.Min(file.Count, 8 + BitConverter.ToInt32([.. file.Take(4), 0, 0, 0, 0], 0) is var end && end is > 8 and < 4096 ? end : file.Count);
            switch (random.Next(6))
            {
                case 0 when file.Count > 0:
                    file[random.Next(file.Count)] = (byte)random.Next(256);
                    break;
                case 1 when file.Count > 0:
                    file.RemoveRange(random.Next(file.Count) is var at ? at : 0, Math.Min(random.Next(1, 9), file.Count - at));
                    break;
                case 2 when file.Count > 8:
                    file[random.Next(8)] = (byte)random.Next(256);
                    break;
                case 3:
                    file.AddRange(new byte[random.Next(1, 17)]);
                    break;
                default:
                    // Within the header, with its length made right again most of the time.
                    var piece = Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]);
                    var place = random.Next(Math.Min(8, file.Count), Math.Max(8, header) + 1);
                    file.InsertRange(Math.Min(place, file.Count), piece);
                    if (random.Next(4) > 0 && file.Count >= 8)
                    {
                        var length = BitConverter.GetBytes((long)Math.Max(0, header - 8 + piece.Length));
                        for (var i = 0; i < 8; i++) file[i] = length[i];
                    }

                    break;
            }
        }

        return [.. file];
    }

    private static byte[] Expert() => ExpertFile.ToBytes(
        new ExpertVector([KeyValuePair.Create("m.weight", new[] { 1f, 2, 3, 4 }), KeyValuePair.Create("n.weight", new[] { 0.5f, 1, 2 })]),
        new ExpertMetadata { BaseModel = "sha256:a", Decomposition = "sha256:b", Description = "text" });

    private static byte[] SafetensorsWithEverything()
    {
        var header = """{"__metadata__":{"a":"b"},"x":{"dtype":"I64","shape":[2,1],"data_offsets":[0,16]},"y":{"dtype":"BF16","shape":[],"data_offsets":[16,18]},"z":{"dtype":"U8","shape":[0,3],"data_offsets":[18,18]}}"""u8;
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. new byte[18]];
    }
}
