using System.Text.Json;

namespace Transformer2.Tokenization;

/// <summary>Ids that a model expects before and after every text.</summary>
internal sealed record Surroundings(IReadOnlyList<int> Before, IReadOnlyList<int> After)
{
    public static Surroundings None { get; } = new([], []);
}

/// <summary>Reads the <c>post_processor</c> of a tokenizer.json.</summary>
internal static class PostProcessorReader
{
    public static Surroundings Read(JsonElement? element)
    {
        if (element is not { } e)
            return Surroundings.None;
        switch (e.Text("type"))
        {
            case "ByteLevel":
                return Surroundings.None;
            case "TemplateProcessing":
                return Template(e);
            case "RobertaProcessing" or "BertProcessing":
                return new([Id(e, "cls")], [Id(e, "sep")]);
            case "Sequence":
                var parts = e.Items("processors").Select(p => Read(p)).ToList();
                return new([.. Enumerable.Reverse(parts).SelectMany(p => p.Before)], [.. parts.SelectMany(p => p.After)]);
            case var type:
                throw new TokenizerException($"The post-processor '{type}' is not supported.");
        }
    }

    /// <summary>The id of a token that is written as its spelling and its id.</summary>
    private static int Id(JsonElement e, string name)
    {
        List<JsonElement> token = [.. e.Items(name)];
        return token is [{ ValueKind: JsonValueKind.String }, var id]
            ? id.AsInteger(name)
            : throw new TokenizerException($"'{name}' is not a token and its id.");
    }

    private static Surroundings Template(JsonElement e)
    {
        List<int> before = [], after = [];
        var textSeen = false;
        foreach (var item in e.Items("single"))
        {
            if (item.Find("Sequence") is not null)
            {
                textSeen = !textSeen ? true : throw new TokenizerException("The post-processor's template repeats the text.");
                continue;
            }
            var name = item.Require("SpecialToken", JsonValueKind.Object).Text("id");
            var ids = e.Require("special_tokens", JsonValueKind.Object).Require(name, JsonValueKind.Object).Items("ids");
            (textSeen ? after : before).AddRange(ids.Select(id => id.AsInteger("ids")));
        }
        return textSeen ? new(before, after) : throw new TokenizerException("The post-processor's template leaves out the text.");
    }
}
