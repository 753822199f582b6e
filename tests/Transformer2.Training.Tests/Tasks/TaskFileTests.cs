using System.Text;
using Transformer2.Training.Corpus;
using Transformer2.Training.Tasks.Datasets;
using Transformer2.Training.Tasks.Verifiers;

namespace Transformer2.Training.Tests.Tasks;

public sealed class TaskFileTests
{
    [Fact]
    public void Splits_are_as_named_and_otherwise_the_questions_own()
    {
        var named = Read("""
            {"prompt":"a","answer":"1","split":"train"}
            {"prompt":"b","answer":"2","split":"validation","id":"for people"}

            {"messages":[{"role":"system","content":"s"},{"role":"user","content":"c"}],"answer":"3","split":"test","demonstration":"three"}
            """);
        Assert.Equal([1, 1, 1], Counts(named));
        var question = Assert.Single(named.Questions(Split.Test));
        Assert.Equal(("c", "3", "three"), (question.Messages[^1].Content, question.Reference, question.Demonstration));

        var all = Read(string.Join('\n', Enumerable.Range(0, 1000).Select(i => $$"""{"prompt":"question {{i}}","answer":"{{i}}"}""")));
        var some = Read(string.Join('\n', Enumerable.Range(0, 1000).Where(i => i % 3 == 0).Select(i => $$"""{"prompt":"question {{i}}","answer":"{{i}}"}""")));
        Assert.InRange(all.Questions(Split.Test).Count, 60, 140);
        Assert.InRange(all.Questions(Split.Validation).Count, 60, 140);
        Assert.Subset(all.Questions(Split.Test).Select(item => item.Id).ToHashSet(), some.Questions(Split.Test).Select(item => item.Id).ToHashSet());
    }

    [Fact]
    public void A_line_that_comes_again_counts_once_and_few_lines_do()
    {
        var read = Read("""
            {"prompt":"a","answer":"1"}
            {"prompt":"b","answer":"2"}
            {"answer":"1","prompt":"a"}
            """);
        Assert.Equal(1, read.Duplicates);
        Assert.Equal((1, 1), (read.Questions(Split.Train).Count, read.Questions(Split.Validation).Count));
    }

    [Theory]
    [InlineData(TaskFileReason.Json, 2, """{"prompt":"b","answer":"2" """)]
    [InlineData(TaskFileReason.Json, 2, """["prompt"]""")]
    [InlineData(TaskFileReason.Json, 2, """{"prompt":"b","answer":"2","answer":"3"}""")]
    [InlineData(TaskFileReason.Json, 2, """{"prompt":{"a":{"b":{"c":{"d":1}}}},"answer":"2"}""")]
    [InlineData(TaskFileReason.Member, 2, """{"prompt":"b"}""")]
    [InlineData(TaskFileReason.Member, 2, """{"answer":"2"}""")]
    [InlineData(TaskFileReason.Member, 2, """{"prompt":"b","anwser":"2"}""")]
    [InlineData(TaskFileReason.Member, 2, """{"prompt":2,"answer":"2"}""")]
    [InlineData(TaskFileReason.Member, 2, """{"prompt":"b","messages":[{"role":"user","content":"b"}],"answer":"2"}""")]
    [InlineData(TaskFileReason.Member, 2, """{"messages":[{"role":"assistant","content":"b"}],"answer":"2"}""")]
    [InlineData(TaskFileReason.Member, 2, """{"messages":[{"role":"root","content":"b"}],"answer":"2"}""")]
    [InlineData(TaskFileReason.Member, 2, """{"messages":[],"answer":"2"}""")]
    [InlineData(TaskFileReason.Member, 2, """{"prompt":"b","answer":"2","split":"dev"}""")]
    [InlineData(TaskFileReason.Empty, 2, """{"prompt":" ","answer":"2"}""")]
    [InlineData(TaskFileReason.Encoding, 2, """{"prompt":"\ud800","answer":"2"}""")]
    [InlineData(TaskFileReason.Contradictory, 2, """{"prompt":"a","answer":"2"}""")]
    [InlineData(TaskFileReason.SeveralSplits, 2, """{"prompt":"a","answer":"1","split":"test"}""")]
    public void What_is_wrong_is_said_with_its_line(TaskFileReason reason, int line, string text)
    {
        var fault = Assert.Throws<TaskFileException>(() => Read($"{{\"prompt\":\"a\",\"answer\":\"1\"}}\n{text}\n"));
        Assert.Equal((reason, line), (fault.Reason, fault.Line));
    }

    [Fact]
    public void What_is_too_much_or_too_little_is_refused()
    {
        Assert.Equal(TaskFileReason.TooFew, Refused(""));
        Assert.Equal(TaskFileReason.TooFew, Refused("""{"prompt":"a","answer":"1"}"""));
        Assert.Equal(TaskFileReason.TooLong, Refused($$"""{"prompt":"{{new string('x', TaskFile.MostTextBytes + 1)}}","answer":"1"}"""));
        Assert.Equal(TaskFileReason.TooLong, Refused($$"""{"prompt":"a","answer":"1"{{new string(' ', TaskFile.MostLineBytes)}}}"""));
        var line = Encoding.UTF8.GetBytes("{\"prompt\":\"a\",\"answer\":\"1\"}\n");
        Assert.Equal(TaskFileReason.TooMany, Assert.Throws<TaskFileException>(() => TaskFile.Read(Enumerable.Repeat(line, TaskFile.MostLines + 1).SelectMany(bytes => bytes).ToArray())).Reason);
        Assert.Equal(TaskFileReason.Encoding, Assert.Throws<TaskFileException>(() => TaskFile.Read(new byte[] { (byte)'{', 0xC3, 0x28, (byte)'}' })).Reason);
    }

    [Fact]
    public void A_verifier_that_can_not_compare_with_a_reference_says_so()
    {
        var numeric = new VerifierRegistry(sandbox: null).Create("numeric");
        var fault = Assert.Throws<TaskFileException>(() => TaskFile.Read(
            "{\"prompt\":\"a\",\"answer\":\"7\"}\n{\"prompt\":\"b\",\"answer\":\"seven\"}"u8.ToArray(), (IReferenceCheck)numeric));
        Assert.Equal((TaskFileReason.Reference, 2), (fault.Reason, fault.Line));
    }

    [Fact]
    public void Random_bytes_are_read_or_refused()
    {
        var random = new Random(1);
        var line = "{\"prompt\":\"a\",\"answer\":\"1\",\"split\":\"train\"}\n{\"prompt\":\"b\",\"answer\":\"1\",\"split\":\"validation\"}\n"u8.ToArray();
        var refused = 0;
        for (var i = 0; i < 5000; i++)
        {
            var bytes = line.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                TaskFile.Read(bytes);
            }
            catch (TaskFileException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 3000, 5000);
    }

    private static int[] Counts(TaskFile file) => [file.Questions(Split.Train).Count, file.Questions(Split.Validation).Count, file.Questions(Split.Test).Count];

    private static TaskFileReason Refused(string text) => Assert.Throws<TaskFileException>(() => Read(text)).Reason;

    private static TaskFile Read(string text) => TaskFile.Read(Encoding.UTF8.GetBytes(text));
}
