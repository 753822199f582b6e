using TorchSharp;
using Transformer2.Training.Corpus;
using Transformer2.Training.Data;
using Transformer2.Training.Evaluation;
using static TorchSharp.torch;

namespace Transformer2.Training.Tests.Data;

public sealed class PackedBatchTests(NanoFixture nano)
{
    [Fact]
    public void Packed_examples_compute_what_each_computes_alone()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var model = nano.CreateModel();
        var examples = Examples(9);

        using var batch = PackedBatch.Pack(new Queue<EncodedExample>(examples), rows: 3, length: 128, promptWeight: 0.1);
        var packed = model.Forward(batch.Ids, mask: batch.Mask);

        Assert.Equal(examples, batch.Placements.Select(placement => placement.Example));
        foreach (var (row, start, example) in batch.Placements)
        {
            var alone = model.Forward(tensor(example.Ids.Select(id => (long)id).ToArray(), [1, example.Ids.Length]))[0];
            var difference = (packed[row].narrow(0, start, example.Ids.Length) - alone).abs().max().ToDouble();
            Assert.InRange(difference, 0, 1e-5);
        }
    }

    [Fact]
    public void What_does_not_fit_stays_in_the_queue()
    {
        var queue = new Queue<EncodedExample>(Examples(30));
        using var batch = PackedBatch.Pack(queue, rows: 2, length: 64, promptWeight: 0);
        Assert.Equal(30, queue.Count + batch.Placements.Count);
        Assert.NotEmpty(queue);
        Assert.Throws<ArgumentException>(() => PackedBatch.Pack(new Queue<EncodedExample>([new EncodedExample(new int[65], 1)]), 1, 64, 0));
    }

    [Fact]
    public void Encoding_equals_the_chat_template()
    {
        var example = new ConversationEncoder(nano.Tokenizer).Encode(new Conversation("what is 3 + 4?", "= 7"));
        var model = Tokenization.ModelTokenizer.Load(nano.TokenizerFolder);
        Assert.Equal(model.EncodeChat([new Tokenization.ChatMessage("user", "what is 3 + 4?")]), example.Ids[..example.AnswerStart]);
        Assert.Equal("= 7<|im_end|>", model.Tokenizer.Decode(example.Ids[example.AnswerStart..]));
        Assert.Contains(example.Ids[^1], model.EosIds);
    }

    [Fact]
    public void Grading_agrees_with_generating()
    {
        using var guard = no_grad();
        using var model = nano.CreateModel(seed: 4);
        var answered = Examples(6).Select(example => (example, Answer: Generate(example))).ToArray();
        var truths = answered.Select(pair => pair.example with { Ids = [.. pair.example.Ids[..pair.example.AnswerStart], .. pair.Answer] });
        var changed = answered.Select(pair => pair.example with { Ids = [.. pair.example.Ids[..pair.example.AnswerStart], .. pair.Answer[..^1], (pair.Answer[^1] + 1) % 300] });

        Assert.All(Grader.Grade(model, [.. truths], cancellationToken: TestContext.Current.CancellationToken), Assert.True);
        Assert.All(Grader.Grade(model, [.. changed], cancellationToken: TestContext.Current.CancellationToken), Assert.False);

        int[] Generate(EncodedExample example)
        {
            var ids = example.Ids[..example.AnswerStart].ToList();
            for (var i = 0; i < 3; i++)
            {
                using var scope = NewDisposeScope();
                var hidden = model.Forward(tensor(ids.Select(id => (long)id).ToArray(), [1, ids.Count]));
                ids.Add((int)model.Logits(hidden[0, -1]).argmax().item<long>());
            }

            return [.. ids[example.AnswerStart..]];
        }
    }

    private EncodedExample[] Examples(int count)
    {
        var encoder = new ConversationEncoder(nano.Tokenizer);
        var corpus = new CorpusGenerator(seed: 3);
        return [.. Enumerable.Range(0, count).Select(i => encoder.Encode(corpus.Draw((ulong)i, cleanShare: 1)))];
    }
}
