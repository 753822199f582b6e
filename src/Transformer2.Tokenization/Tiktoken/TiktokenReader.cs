using System.Buffers.Text;
using System.Text;

namespace Transformer2.Tokenization;

/// <summary>
/// Reads a tiktoken file: lines of a token's bytes in base64 and its rank, which is its id. How text is split and which special tokens
/// there are is not in the file; both are those that the model family's own code has.
/// </summary>
internal static class TiktokenReader
{
    private const int LlamaSpecials = 256, QwenRanks = 151_643, LlamaRanks = 128_000;

    /// <summary>Whether a file starts as a tiktoken file does.</summary>
    public static bool Recognizes(ReadOnlySpan<byte> file)
    {
        var end = file.IndexOf((byte)'\n');
        return TrySplit(end < 0 ? file : file[..end], out _, out _);
    }

    /// <param name="name">The file's name: <c>tokenizer.model</c> is Llama 3's, <c>qwen.tiktoken</c> Qwen's.</param>
    public static TokenizerParts Read(ReadOnlySpan<byte> bytes, string name, TokenizerConfig config)
    {
        var vocabulary = Vocabulary(bytes);
        var isQwen = vocabulary.Count == QwenRanks || name.StartsWith("qwen", StringComparison.OrdinalIgnoreCase);
        if (!isQwen && vocabulary.Count != LlamaRanks && name != TokenizerFile.ModelName)
            throw new TokenizerException($"The model family of the tiktoken file '{name}' with {vocabulary.Count} ranks is not known.");
        List<AddedToken> added = config.AddedTokens.Count > 0
            ? []
            : [.. (isQwen ? QwenTokens() : LlamaTokens()).Select((token, i) =>
                new AddedToken(vocabulary.Count + i, token, IsSpecial: true, false, false, false, Normalized: false))];
        var bos = isQwen ? null : config.Tokens.GetValueOrDefault("bos_token") ?? "<|begin_of_text|>";
        var implied = new Dictionary<string, string> { ["eos_token"] = isQwen ? "<|endoftext|>" : "<|end_of_text|>" };
        if (bos is not null)
            implied["bos_token"] = bos;
        var bosId = added.Concat(config.AddedTokens).FirstOrDefault(t => t.Content == bos)?.Id;
        var split = new SplitPreTokenizer(new RegexPattern(isQwen ? KnownPatterns.Qwen : KnownPatterns.Llama3), SplitBehavior.Isolated);
        return new TokenizerParts(
            vocabulary,
            vocabulary,
            added,
            isQwen ? new UnicodeNormalizer(NormalizationForm.FormC) : null,
            split,
            new BpeOptions(ByteLevel: true, IgnoreMerges: true, ByteFallback: false, FuseUnknown: false, UnknownId: null),
            ScoredMerges.Build(vocabulary.Select(t => (t.Key, t.Value, t.Value)), vocabulary),
            new Surroundings(bosId is { } id && config.AddBos is not false ? [id] : [], []),
            new TokenDecoder { ByteLevel = true })
        {
            ImpliedTokens = implied,
        };
    }

    private static Dictionary<string, int> Vocabulary(ReadOnlySpan<byte> file)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var ranks = new HashSet<int>();
        var number = 0;
        while (!file.IsEmpty)
        {
            number++;
            var end = file.IndexOf((byte)'\n');
            var line = end < 0 ? file : file[..end];
            file = end < 0 ? [] : file[(end + 1)..];
            if (line.Trim(" \r"u8).IsEmpty)
                continue;
            if (!TrySplit(line, out var token, out var rank) || !vocabulary.TryAdd(Spelling(token), rank) || !ranks.Add(rank))
                throw new TokenizerException($"Line {number} of the tiktoken file is not a new token in base64 and a new rank.");
        }
        return vocabulary;
    }

    private static bool TrySplit(ReadOnlySpan<byte> line, out byte[] token, out int rank)
    {
        (token, rank) = ([], 0);
        line = line.TrimEnd((byte)'\r');
        var space = line.IndexOf((byte)' ');
        if (space <= 0 || !Utf8Parser.TryParse(line[(space + 1)..], out rank, out var read) || space + 1 + read != line.Length || rank < 0)
            return false;
        token = new byte[Base64.GetMaxDecodedFromUtf8Length(space)];
        if (Base64.DecodeFromUtf8(line[..space], token, out _, out var written) != System.Buffers.OperationStatus.Done)
            return false;
        token = token[..written];
        return written > 0;
    }

    private static string Spelling(byte[] bytes) => string.Create(bytes.Length, bytes, static (spelling, source) =>
    {
        for (var i = 0; i < source.Length; i++)
            spelling[i] = ByteAlphabet.ToChar(source[i]);
    });

    /// <summary>As in Llama 3.1 and later; Llama 3 differs in the names of tokens that it reserves.</summary>
    private static IEnumerable<string> LlamaTokens()
    {
        var named = new Dictionary<int, string>
        {
            [0] = "<|begin_of_text|>",
            [1] = "<|end_of_text|>",
            [4] = "<|finetune_right_pad_id|>",
            [6] = "<|start_header_id|>",
            [7] = "<|end_header_id|>",
            [8] = "<|eom_id|>",
            [9] = "<|eot_id|>",
            [10] = "<|python_tag|>",
        };
        var reserved = 0;
        for (var i = 0; i < LlamaSpecials; i++)
            yield return named.TryGetValue(i, out var name) ? name : $"<|reserved_special_token_{reserved++}|>";
    }

    private static IEnumerable<string> QwenTokens() =>
        ["<|endoftext|>", "<|im_start|>", "<|im_end|>", .. Enumerable.Range(0, 205).Select(i => $"<|extra_{i}|>")];
}
