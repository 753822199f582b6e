using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace Transformer2.Experts.Tests.Safetensors;

/// <summary>The verdicts of the official implementation on 48 good and bad files.</summary>
public sealed class OracleVerdictTests
{
    [Fact]
    public void Every_file_gets_its_verdict_and_every_accepted_tensor_its_values()
    {
        var folder = SharedFiles.Path("oracles/safetensors");
        using var verdicts = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "verdicts.json")));
        var seen = 0;
        foreach (var verdict in verdicts.RootElement.EnumerateObject())
        {
            seen++;
            var path = Path.Combine(folder, verdict.Name + ".safetensors");
            var accepted = TryOpen(path, out var fault);
            switch (verdict.Value.GetProperty("must").GetString())
            {
                case "accept":
                    Assert.True(accepted, $"{verdict.Name}: {fault}");
                    CheckValues(path, verdict.Value.GetProperty("tensors"));
                    break;
                case "reject":
                    Assert.False(accepted, verdict.Name);
                    break;
            }
        }

        Assert.Equal(48, seen);
    }

    private static bool TryOpen(string path, out SafetensorsException? fault)
    {
        try
        {
            using var mapped = SafetensorsFile.Open(path);
            using var parsed = SafetensorsFile.Parse(File.ReadAllBytes(path));
            Assert.Equal(mapped.Tensors.Keys, parsed.Tensors.Keys);
            fault = null;
            return true;
        }
        catch (SafetensorsException refused)
        {
            fault = refused;
            return false;
        }
    }

    private static void CheckValues(string path, JsonElement tensors)
    {
        using var file = SafetensorsFile.Open(path);
        Assert.Equal(tensors.EnumerateObject().Count(), file.Tensors.Count);
        foreach (var expected in tensors.EnumerateObject())
        {
            var tensor = file.Tensor(expected.Name);
            Assert.Equal(expected.Value.GetProperty("dtype").GetString(), tensor.DType.ToString());
            Assert.Equal(expected.Value.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt64()), tensor.Shape);
            var values = expected.Value.GetProperty("values").EnumerateArray().Select(Text).ToArray();
            Assert.Equal(values, Elements(tensor, file.Bytes(expected.Name)));
            if (TensorConversion.IsWidenable(tensor.DType))
            {
                Assert.Equal(values.Select(Number), file.ReadSingles(expected.Name).Select(value => (double)value));
            }
        }
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => Shown(value.GetDouble()),
        JsonValueKind.String => value.GetString()!,
        _ => value.GetBoolean() ? "1" : "0",
    };

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Shown(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static List<string> Elements(TensorInfo tensor, ReadOnlySpan<byte> bytes)
    {
        var size = tensor.DType.BitSize() / 8;
        var shown = new List<string>();
        for (; !bytes.IsEmpty; bytes = bytes[size..])
        {
            shown.Add(tensor.DType switch
            {
                SafetensorsDType.F64 => Shown(BinaryPrimitives.ReadDoubleLittleEndian(bytes)),
                SafetensorsDType.F32 => Shown(BinaryPrimitives.ReadSingleLittleEndian(bytes)),
                SafetensorsDType.F16 => Shown((double)BinaryPrimitives.ReadHalfLittleEndian(bytes)),
                SafetensorsDType.BF16 => Shown(BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt16LittleEndian(bytes) << 16)),
                SafetensorsDType.I64 => BinaryPrimitives.ReadInt64LittleEndian(bytes).ToString(CultureInfo.InvariantCulture),
                SafetensorsDType.U64 => BinaryPrimitives.ReadUInt64LittleEndian(bytes).ToString(CultureInfo.InvariantCulture),
                SafetensorsDType.I32 => Shown(BinaryPrimitives.ReadInt32LittleEndian(bytes)),
                SafetensorsDType.U32 => Shown(BinaryPrimitives.ReadUInt32LittleEndian(bytes)),
                SafetensorsDType.I16 => Shown(BinaryPrimitives.ReadInt16LittleEndian(bytes)),
                SafetensorsDType.U16 => Shown(BinaryPrimitives.ReadUInt16LittleEndian(bytes)),
                SafetensorsDType.I8 => Shown((sbyte)bytes[0]),
                _ => Shown(bytes[0]),
            });
        }

        return shown;
    }
}
