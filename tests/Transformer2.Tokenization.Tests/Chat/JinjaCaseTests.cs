using System.Text;
using System.Text.Json;

namespace Transformer2.Tokenization.Tests.Chat;

/// <summary>Small templates, rendered by Python's Jinja2 3.1 set up as transformers does; see jinja-cases.json.</summary>
public sealed class JinjaCaseTests
{
    [Fact]
    public void Means_what_it_means_in_Python()
    {
        using var file = JsonDocument.Parse(typeof(JinjaCaseTests).Assembly.GetManifestResourceStream("jinja-cases.json")!);
        var variables = file.RootElement.GetProperty("variables").EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value);
        var wrong = new StringBuilder();
        foreach (var item in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            var expected = item.Text("rendered", "an error");
            var actual = Render(item.Text("source"), variables);
            if (actual != expected && !(expected == "an error" && actual.StartsWith(expected, StringComparison.Ordinal)))
                wrong.AppendLine($"{item.Text("source")}\n --- gives\n{actual}\n --- instead of\n{expected}");
        }
        Assert.Equal("", wrong.ToString());
    }

    private static string Render(string source, Dictionary<string, object?> variables)
    {
        try
        {
            return string.Concat(new ChatTemplate(source).Render(variables).Select(s => s.Text));
        }
        catch (ChatTemplateException e)
        {
            return $"an error: {e.Message}";
        }
    }
}
