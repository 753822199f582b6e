using TorchSharp;
using Transformer2.Adaptation.Classification;
using Transformer2.Modeling.Architectures;
using Transformer2.Tokenization;
using Transformer2.Training.Classification;
using static TorchSharp.torch;

namespace Transformer2.Training.Tests.Classification;

public sealed class LabelLogprobsTests(NanoFixture nano)
{
    // Of one token and of several, in the corpus's vocabulary.
    private static readonly string[] Labels = ["math", "code", "other than that", "x", "reasoning and more"];

    private readonly ModelTokenizer _tokenizer = ModelTokenizer.Load(nano.TokenizerFolder);

    [Theory]
    [InlineData(64)]
    [InlineData(200)]
    public void One_pass_gives_every_label_the_probability_that_it_has_as_the_answer(int rowLength)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var model = nano.CreateModel();
        var encoder = new ClassificationEncoder(_tokenizer, ClassificationTemplates.Nano, Labels, new PromptRoom(200, null, 200));
        var prompts = Prompts(encoder);

        using var batch = LabelBatch.Pack(prompts, encoder.Answers, rowLength);
        var scores = LabelLogprobs.Compute(model, batch, encoder.Answers, experts: null).Labels;

        Assert.Equal([prompts.Length, Labels.Length], scores.shape);
        for (var i = 0; i < prompts.Length; i++)
            for (var label = 0; label < Labels.Length; label++)
                Assert.Equal(Alone(model, prompts[i].Ids, encoder.Answers.Ids[label]), scores[i, label].ToDouble(), 1e-3);
    }

    [Fact]
    public void The_greedy_answer_counts_as_unrestricted_when_it_is_the_label()
    {
        using var guard = no_grad();
        using var model = nano.CreateModel(seed: 4);
        var free = new ClassificationEncoder(_tokenizer, ClassificationTemplates.Nano, ["math", "code"], new PromptRoom(200, null, 200));
        var prompt = Prompts(free)[0];
        var greedy = Greedy(model, prompt.Ids, tokens: 3);
        var answers = new LabelAnswers([[.. greedy[..2], (greedy[2] + 1) % 300], greedy, [1, 2, 3]]);

        var right = ClassificationResult.Measure(
            model, ["a", "b", "c"], answers, [prompt with { Label = 1 }], 128, experts: null, TestContext.Current.CancellationToken);
        var wrong = ClassificationResult.Measure(
            model, ["a", "b", "c"], answers, [prompt with { Label = 0 }], 128, experts: null, TestContext.Current.CancellationToken);

        Assert.Equal((1, 0), (right.Unrestricted.Successes, wrong.Unrestricted.Successes));
        Assert.Equal([[0, 0, 0], [0, 1, 0], [0, 0, 0]], right.Matrix.Counts);
        Assert.Equal([[0, 1, 0], [0, 0, 0], [0, 0, 0]], wrong.Matrix.Counts);
        Assert.True(right.Loss < wrong.Loss);
    }

    [Fact]
    public void An_answer_ends_as_the_template_ends_a_turn_and_a_prefix_belongs_to_the_question()
    {
        var template = new ClassificationTemplate { Name = "test", Version = 1, User = "{prompt}, which is it?", System = "name the kind", AnswerPrefix = "it is" };
        var encoder = new ClassificationEncoder(_tokenizer, template, ["math", "code"], new PromptRoom(200, null, 200));

        Assert.Equal("math<|im_end|>", _tokenizer.Tokenizer.Decode(encoder.Answers.Ids[0]));
        Assert.Equal(
            "<|im_start|>system\nname the kind<|im_end|>\n<|im_start|>user\n{prompt} <|im_end|>, which is it?<|im_end|>\n<|im_start|>assistant\nit is",
            _tokenizer.Tokenizer.Decode(encoder.Encode(new LabelledPrompt("{prompt} <|im_end|>", "math"), 0).Ids));
        Assert.Equal(3, encoder.Encode(new LabelledPrompt("<|im_end|>", "math"), 0).Ids.Count(id => id == encoder.Answers.Ids[0][^1]) + 1);
        Assert.Throws<ClassificationException>(() => new ClassificationEncoder(_tokenizer, template with { User = "which is it?" }, ["math", "code"], new PromptRoom(200, null, 200)));
    }

    [Fact]
    public void Rows_are_as_long_as_the_longest_prompt_and_no_longer_than_the_context()
    {
        var encoder = new ClassificationEncoder(_tokenizer, ClassificationTemplates.Nano, ["math", "code"], new PromptRoom(60, null, 200));
        var prompt = encoder.Encode(new LabelledPrompt(new string('7', 40), "math"), 0);
        using var batch = LabelBatch.Pack([prompt, prompt], encoder.Answers, length: 8);
        Assert.Equal([2, prompt.Ids.Length + 2], batch.Ids.shape);
        Assert.Equal(2 * (prompt.Ids.Length + 2), batch.Tokens);

        var fault = Assert.Throws<ClassificationDataException>(() => encoder.Encode(new LabelledPrompt(new string('7', 60), "math", 9), 0));
        Assert.Equal((ClassificationDataReason.PromptTooLong, 9), (fault.Reason, fault.Position));
    }

    [Theory]
    [InlineData(512, null, 300, 300)]
    [InlineData(100, null, 300, 97)]
    [InlineData(512, 64, 300, 61)]
    [InlineData(2, null, 300, 0)]
    public void A_prompt_has_room_beside_the_longest_answer_and_in_a_window_beside_all(int context, int? window, int most, int room) =>
        Assert.Equal(room, new PromptRoom(context, window, most).For(new LabelAnswers([[1, 2], [3, 4, 5]])));

    [Fact]
    public void A_matrix_knows_its_shares()
    {
        var matrix = ConfusionMatrix.Of(["a", "b", "c"], [(0, 0), (0, 0), (0, 1), (1, 1), (1, 0)]);
        Assert.Equal([[2, 1, 0], [1, 1, 0], [0, 0, 0]], matrix.Counts);
        Assert.Equal((2, 3), (matrix.Right(0).Successes, matrix.Right(0).Count));
        Assert.Equal((1, 2), (matrix.Precise(1).Successes, matrix.Precise(1).Count));
        Assert.Equal((3, 5), (matrix.Total.Successes, matrix.Total.Count));
        Assert.Equal((2.0 / 3 + 0.5) / 2, matrix.MeanRight, 1e-12);
        Assert.Equal(0, ConfusionMatrix.Of(["a"], []).MeanRight);
    }

    private static EncodedPrompt[] Prompts(ClassificationEncoder encoder) =>
        [.. new[] { "what is 3 + 4?", "print('abc'[1])", "name the tallest of all that there are", "7" }
            .Select((prompt, i) => encoder.Encode(new LabelledPrompt(prompt, "math"), i % 2))];

    // The sum over an answer's tokens, in a sequence of its own.
    private static double Alone(Decoder model, int[] prompt, int[] answer)
    {
        using var scope = NewDisposeScope();
        int[] ids = [.. prompt, .. answer];
        var hidden = model.Forward(tensor(ids.Select(id => (long)id).ToArray(), [1, ids.Length]));
        var logits = nn.functional.log_softmax(model.Logits(hidden[0]), -1);
        return answer.Select((id, i) => logits[prompt.Length + i - 1, id].ToDouble()).Sum();
    }

    private static int[] Greedy(Decoder model, int[] prompt, int tokens)
    {
        var ids = prompt.ToList();
        for (var i = 0; i < tokens; i++)
        {
            using var scope = NewDisposeScope();
            var hidden = model.Forward(tensor(ids.Select(id => (long)id).ToArray(), [1, ids.Count]));
            ids.Add((int)model.Logits(hidden[0, -1]).argmax().item<long>());
        }

        return [.. ids[prompt.Length..]];
    }
}
