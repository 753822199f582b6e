using System.Text;

namespace Transformer2.Tokenization.Tests;

public sealed class StreamingDetokenizerTests
{
    [Fact]
    public void Never_gives_out_half_a_character()
    {
        using var files = new TinyModel();
        var stream = TokenizerFile.Load(files.Directory).CreateDetokenizer();
        var parts = Encoding.UTF8.GetBytes("aé😀").Select(b => stream.Append(b)).ToList();
        Assert.Equal(["a", "", "é", "", "", "", "😀"], parts);
        Assert.Equal("", stream.Flush());
    }

    [Fact]
    public void An_unfinished_character_becomes_a_replacement_at_the_end()
    {
        using var files = new TinyModel();
        var stream = TokenizerFile.Load(files.Directory).CreateDetokenizer();
        Assert.Equal("", stream.Append(0xF0) + stream.Append(0x9F));
        Assert.Equal("\uFFFD", stream.Flush());
    }

    [Fact]
    public void All_parts_joined_are_the_text_of_all_ids_whatever_the_bytes()
    {
        using var files = new TinyModel();
        var tokenizer = TokenizerFile.Load(files.Directory);
        var random = new Random(1);
        for (var round = 0; round < 500; round++)
        {
            var bytes = new byte[random.Next(12)];
            random.NextBytes(bytes);
            // Mostly lead and continuation bytes, where the mistakes would be.
            var ids = bytes.Select(b => round % 3 == 0 ? (int)b : 0x80 | b).ToArray();
            var stream = tokenizer.CreateDetokenizer();
            var joined = string.Concat(ids.Select(stream.Append)) + stream.Flush();
            Assert.Equal(Encoding.UTF8.GetString([.. ids.Select(i => (byte)i)]), joined);
            Assert.Equal(joined, tokenizer.Decode(ids));
        }
    }

    [Fact]
    public void Special_tokens_are_left_out_or_shown()
    {
        using var files = new TinyModel();
        var tokenizer = TokenizerFile.Load(files.Directory);
        int[] ids = [256, TinyModel.ImEnd, 259, 12345];
        Assert.Equal("hello<|im_end|> world", tokenizer.Decode(ids));
        Assert.Equal("hello world", tokenizer.Decode(ids, skipSpecial: true));
        Assert.Equal("", tokenizer.CreateDetokenizer().Append(TinyModel.ImEnd));
        Assert.Equal("<|im_end|>", tokenizer.CreateDetokenizer(skipSpecial: false).Append(TinyModel.ImEnd));
    }
}
