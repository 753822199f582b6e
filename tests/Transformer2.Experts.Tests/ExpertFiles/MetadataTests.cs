namespace Transformer2.Experts.Tests.ExpertFiles;

/// <summary>What the entries of an expert file may say.</summary>
public sealed class MetadataTests
{
    private static readonly TensorData Tensor = TensorData.Of("m.0.up.weight.z", new float[] { 1, 2, 3 });

    /// <summary>Entries that an upload refuses, and whether a local tool does, too.</summary>
    public static TheoryData<string, string, bool> Unfit => new()
    {
        { "t2.mask", "banana", false },
        { "t2.mask", "Direct", false },
        { "t2.mask", "", false },
        { "t2.mask", "direct\n", false },
        { "t2.renormalization", "yes", false },
        { "t2.modules", "mlp, attention", false },
        { "t2.modules", new string('m', 129), true },
        { "t2.task", "two\nlines", false },
        { "t2.task", "a\ttab", false },
        { "t2.task", new string('t', 129), true },
        { "t2.task", "txet \u202e gninrut", true },
        { "t2.description", "red \u001b[31m", true },
        { "t2.description", "nul \0", true },
        { "t2.description", "\u0085", true },
        { "t2.description", "a\u2028b", true },
        { "t2.description", "a\u2066b", true },
        { "t2.description", "a\rb", true },
        { "t2.description", new string('d', 1025), true },
        { "t2.lineage", new string('l', 16385), true },
        { "t2.lineage", "\u007f", true },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public void An_unfit_text_is_refused_with_the_entrys_name(string key, string value, bool lenient)
    {
        var bytes = SampleFile.Of(SampleFile.Entries().With(key, value), Tensor);

        var fault = Assert.Throws<ExpertFileException>(() => ExpertFile.Read(bytes, SampleFile.Layout));
        Assert.Equal("METADATA", fault.Reason);
        Assert.StartsWith($"'{key}' ", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(fault.Message, char.IsControl);

        // The judgement without a base model is the same.
        Assert.Equal((fault.Reason, fault.Message), (ExpertFile.FindFault(bytes)?.Reason, ExpertFile.FindFault(bytes)?.Message));
        Assert.Equal(lenient ? "METADATA" : null, (Record.Exception(() => ExpertFile.ReadLenient(bytes, SampleFile.Layout)) as ExpertFileException)?.Reason);
    }

    [Theory]
    [InlineData("t2.mask", "direct", "sigmoid")]
    [InlineData("t2.renormalization", "none", "nuclear")]
    [InlineData("t2.modules", "mlp", "attention", "all")]
    [InlineData("t2.task", "", "addition", "Größe 数学 עברית")]
    [InlineData("t2.description", "", "two\nlines\tand a tab")]
    [InlineData("other.entry", "anything\u001b")]
    public void A_fit_text_is_taken(string key, params string[] values) => Assert.All(
        values, value => Assert.Null(ExpertFile.FindFault(SampleFile.Of(SampleFile.Entries().With(key, value), Tensor), SampleFile.Layout)));

    [Theory]
    [InlineData("banana")]
    [InlineData("direct\n")]
    public void An_unfit_text_is_not_written(string value) => Assert.Equal(
        "METADATA",
        Assert.Throws<ExpertFileException>(() => ExpertFile.ToBytes(SampleFile.Vector, SampleFile.Metadata with { Mask = value })).Reason);

    [Fact]
    public void The_bundled_experts_are_taken()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "global.json")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        var files = Directory.GetFiles(Path.Combine(folder, "models"), "*.safetensors", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) == "experts").ToArray();

        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.Null(ExpertFile.FindFault(File.ReadAllBytes(file))));
    }
}
