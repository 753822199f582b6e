using Transformer2.Tokenization;

namespace Transformer2.Engine.Tests.Text;

public sealed class PromptTextTests(EngineFixture fixture)
{
    private readonly ModelTokenizer _model = ModelTokenizer.Load(fixture.ModelDirectory);

    [Fact]
    public void What_the_vocabulary_cannot_express_is_refused()
    {
        var text = new PromptText(_model with { Tokenizer = new RefusingTokenizer(maxBytesPerToken: null) }, "", 1000);
        foreach (var prompt in new Prompt[] { new Prompt.Text("x"), new Prompt.Chat([new ChatMessage("user", "x")]) })
            Assert.Equal(EngineError.PromptNotEncodable, Assert.Throws<EngineException>(() => text.Encode(prompt, 100)).Reason);
    }

    [Fact]
    public void What_cannot_fit_is_refused_before_it_is_encoded()
    {
        var text = new PromptText(_model with { Tokenizer = new RefusingTokenizer(maxBytesPerToken: 4) }, "", 1000);
        foreach (var prompt in new Prompt[] { new Prompt.Text(new string('é', 201)), new Prompt.Chat([new ChatMessage("user", new string('é', 200))]) })
            Assert.Equal(EngineError.PromptTooLong, Assert.Throws<EngineException>(() => text.Encode(prompt, 100)).Reason);
        Assert.Equal(EngineError.PromptNotEncodable, Assert.Throws<EngineException>(() => text.Encode(new Prompt.Text(new string('é', 200)), 100)).Reason);
    }

    private sealed class RefusingTokenizer(int? maxBytesPerToken) : ITokenizer
    {
        public int VocabularySize => 1;

        public int? MaxBytesPerToken => maxBytesPerToken;

        public IReadOnlySet<int> SpecialIds { get; } = new HashSet<int>();

        public IReadOnlyList<int> Encode(string text, bool specialTokens = false, bool addBos = false) => throw new TokenizerException("Refused.");

        public IReadOnlyList<int> Encode(IReadOnlyList<TextSegment> segments, bool addBos = false) => throw new TokenizerException("Refused.");

        public string Decode(IEnumerable<int> ids, bool skipSpecial = false) => "";

        public string? TokenText(int id) => null;

        public string TextOf(int id) => "";

        public int? TokenId(string token) => null;

        public StreamingDetokenizer CreateDetokenizer(bool skipSpecial = true) => throw new NotSupportedException();
    }
}
