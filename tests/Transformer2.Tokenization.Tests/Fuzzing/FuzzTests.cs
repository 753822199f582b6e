using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Transformer2.TestKit;
using Transformer2.Tokenization.Tests.Normalization;

namespace Transformer2.Tokenization.Tests.Fuzzing;

/// <summary>
/// Damaged files and random templates end in the reader's own errors or in a tokenizer that works: seeded, a fixed number of rounds, or as
/// long as the environment variable <c>T2_FUZZ_SECONDS</c> says for each reader.
/// </summary>
public sealed class FuzzTests
{
    private const int Rounds = 150;
    private static readonly string[] Fragments =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "-", " if ", " for x in ", " endfor ", " endif ", " set a ", " macro m() ", " endmacro ", "(", ")", "[", "]", "{", "}",
        "messages", "'a'", "1", "0", "2.5", "+", "*", "**", "//", "%", "~", "|", ".", ",", ":", "=", "==", "tojson", "join", "range(", "namespace(", " is ", " in ",
        " not ", "loop.", "defined", "\n", "x", "none", "content", "split", "map", "sort", "indent", "[::-1]", " else ", "elif", "'", "\\u12", "9999999999",
    ];

    [Fact]
    public void Damaged_tokenizer_files_in_JSON()
    {
        using var source = new TinyModel();
        Fuzz(1, source.Directory, "tokenizer.json", Alter);
    }

    [Fact]
    public void Damaged_tokenizer_configurations()
    {
        using var source = new TinyModel();
        source.Write("tokenizer_config.json", new
        {
            eos_token = "<|im_end|>",
            add_bos_token = true,
            tokenizer_class = "LlamaTokenizer",
            chat_template = new[] { new { name = "default", template = TinyModel.ChatMl } },
            added_tokens_decoder = new Dictionary<string, object> { ["301"] = TinyModel.Special(301, "<|im_end|>"), ["310"] = TinyModel.Special(310, "<new>") },
        });
        Fuzz(2, source.Directory, "tokenizer_config.json", Alter);
    }

    [Fact]
    public void Damaged_SentencePiece_models()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("tokenizer.model"), SentencePieceBytes.Model(charsmap: CharsmapBytes.Of(("日", "a"), ("😀", "b"), ("ab", "b"))));
        Fuzz(3, folder.Path, "tokenizer.model", Flip);
    }

    [Fact]
    public void Damaged_tiktoken_files()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer.model"), string.Concat(Enumerable.Range(0, 256).Select(b => $"{Convert.ToBase64String([(byte)b])} {b}\n")) + "YWI= 256\n");
        Fuzz(4, folder.Path, "tokenizer.model", Flip);
    }

    [Fact]
    public void Random_templates() => RoundsOf(5, random =>
    {
        var source = string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => Fragments[random.Next(Fragments.Length)]));
        if (random.Next(2) == 0)
            source = Encoding.UTF8.GetString(Flip(Encoding.UTF8.GetBytes(TinyModel.ChatMl), random));
        try
        {
            new ChatTemplate(source).Render([new ChatMessage("user", "a 1 é😀")]);
        }
        catch (ChatTemplateException)
        {
        }
        catch (Exception e)
        {
            Assert.Fail($"{e.GetType().Name} of the template {source}: {e}");
        }
    });

    [Fact]
    public void Random_texts_come_back()
    {
        using var files = new TinyModel();
        var bytes = TokenizerFile.Load(files.Directory);
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("tokenizer.model"), SentencePieceBytes.Model());
        var pieces = TokenizerFile.Load(folder.Path);
        RoundsOf(6, random =>
        {
            var text = RandomText(random);
            foreach (var tokenizer in (ITokenizer[])[bytes, pieces])
            {
                var ids = tokenizer.Encode(text);
                Assert.DoesNotContain(ids, tokenizer.SpecialIds.Contains);
                var stream = tokenizer.CreateDetokenizer();
                var parts = ids.Select(stream.Append).Append(stream.Flush()).ToList();
                Assert.All(parts, part => Assert.False(part.Length > 0 && (char.IsLowSurrogate(part[0]) || char.IsHighSurrogate(part[^1]))));
                // U+2581 stands for a space in a SentencePiece model.
                Assert.Equal(ReferenceEquals(tokenizer, pieces) ? text.Replace('\u2581', ' ') : text, string.Concat(parts));
            }
        });
    }

    private static void Fuzz(int seed, string directory, string file, Func<byte[], Random, byte[]> alter)
    {
        var path = Path.Combine(directory, file);
        var original = File.ReadAllBytes(path);
        RoundsOf(seed, random =>
        {
            var altered = random.Next(3) == 0 ? Flip(original, random) : alter(original, random);
            File.WriteAllBytes(path, altered);
            try
            {
                var model = ModelTokenizer.Load(directory);
                var ids = model.Tokenizer.Encode([new("hello <|im_end|>", false), new(RandomText(random), true)], addBos: true);
                model.Tokenizer.Decode(ids);
                model.ChatTemplate?.Render([new ChatMessage("user", "hi")]);
            }
            catch (Exception e) when (e is TokenizerException or ChatTemplateException)
            {
            }
            catch (Exception e)
            {
                Assert.Fail($"{e.GetType().Name} of {file} {Convert.ToBase64String(altered)[..Math.Min(4000, Convert.ToBase64String(altered).Length)]}: {e}");
            }
        });
    }

    private static void RoundsOf(int seed, Action<Random> round)
    {
        var random = new Random(seed);
        if (!double.TryParse(Environment.GetEnvironmentVariable("T2_FUZZ_SECONDS"), CultureInfo.InvariantCulture, out var seconds))
        {
            for (var i = 0; i < Rounds; i++)
                round(random);
            return;
        }
        for (var watch = Stopwatch.StartNew(); watch.Elapsed.TotalSeconds < seconds;)
            round(random);
    }

    /// <summary>Changes, removes, doubles or cuts off bytes.</summary>
    private static byte[] Flip(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var change = random.Next(1, 6); change > 0 && bytes.Count > 0; change--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)));
                    break;
                default:
                    if (random.Next(4) == 0)
                        bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }
        return [.. bytes];
    }

    /// <summary>Puts another value into some place of a JSON document.</summary>
    private static byte[] Alter(byte[] original, Random random)
    {
        var root = JsonNode.Parse(original)!;
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            var node = root;
            while (true)
            {
                var count = node switch { JsonObject o => o.Count, JsonArray a => a.Count, _ => 0 };
                if (count == 0)
                    break;
                var at = random.Next(count);
                var child = node is JsonObject map ? map.ElementAt(at).Value : node[at];
                if (child is JsonObject or JsonArray && random.Next(4) != 0)
                {
                    node = child;
                    continue;
                }
                if (node is JsonObject target)
                    target[target.ElementAt(at).Key] = Value(random);
                else
                    node[at] = Value(random);
                break;
            }
        }
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    private static JsonNode? Value(Random random) => random.Next(14) switch
    {
        0 => null,
        1 => true,
        2 => -1,
        3 => int.MaxValue,
        4 => 1e300,
        5 => "",
        6 => "ab",
        7 => "ByteLevel",
        8 => new JsonArray("a", "b"),
        9 => new JsonObject(),
        10 => new JsonObject { ["type"] = "Metaspace", ["replacement"] = "_" },
        11 => new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray(), ["normalizers"] = new JsonArray(), ["decoders"] = new JsonArray(), ["processors"] = new JsonArray() },
        12 => random.Next(400),
        _ => "(?i:[^\\p{L}]+)|\\s*",
    };

    private static string RandomText(Random random)
    {
        string[] parts = ["a", "b", "ab", " ", "  ", "\n", "hello", "é", "e\u0301", "😀", "𝟘", "日本", "<|im_end|>", "<s>", "<0x0A>", "▁", "\uFFFD", "\0", "12345", "'s"];
        return string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => parts[random.Next(parts.Length)]));
    }
}
