using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;

namespace Transformer2.Tokenization.Tests.Chat;

/// <summary>
/// Small templates, rendered by Python's Jinja2 3.1 set up as transformers does: the language in jinja-cases.json, and filters, tests,
/// methods and formats in jinja-library-cases.json.
/// </summary>
public sealed class JinjaCaseTests
{
    // What datetime.now() gave when the cases were rendered.
    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2024, 3, 7, 15, 4, 5, TimeSpan.Zero).AddTicks(6_789_010));

    [Theory]
    [InlineData("jinja-cases.json")]
    [InlineData("jinja-library-cases.json")]
    public void Means_what_it_means_in_Python(string cases)
    {
        using var file = JsonDocument.Parse(typeof(JinjaCaseTests).Assembly.GetManifestResourceStream(cases)!);
        var variables = file.RootElement.GetProperty("variables").EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value);
        var wrong = new StringBuilder();
        foreach (var item in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            var expected = item.Text("rendered", "an error");
            var actual = Render(item.Text("source"), variables);
            if (actual != expected && !(expected == "an error" && actual.StartsWith(expected, StringComparison.Ordinal)))
                wrong.AppendLine($"{item.Text("source")}\n --- gives\n{actual}\n --- instead of\n{expected}");
        }
        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    private static string Render(string source, Dictionary<string, object?> variables)
    {
        try
        {
            return string.Concat(new ChatTemplate(source, clock: Clock).Render(variables).Select(s => s.Text));
        }
        catch (ChatTemplateException e)
        {
            return $"an error: {e.Message}";
        }
    }
}
