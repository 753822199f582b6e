namespace Transformer2.Tokenization.Tests.Chat;

/// <summary>Whatever a template does with a message, its characters stay marked as the user's, and only they.</summary>
public sealed class ProvenanceTests
{
    [Theory]
    [InlineData("<a>{{ messages[0].content }}<b>", "<a>[u1 u2]<b>")]
    [InlineData("{{ '<a>' + messages[0].content + '<b>' }}", "<a>[u1 u2]<b>")]
    [InlineData("{{ '<a>' ~ messages[0].content ~ '<b>' }}", "<a>[u1 u2]<b>")]
    [InlineData("{{ messages[0]['content'] | trim | upper }}!", "[U1 U2]!")]
    [InlineData("{{ (messages[0].content + '<b>')[1:5] }}", "[1 u2]")]
    [InlineData("{{ (messages[0].content + '<b>')[3:7] }}", "[u2]<b")]
    [InlineData("{{ messages[0].content.split(' ') | join('|') }}", "[u1]|[u2]")]
    [InlineData("{{ messages[0].content.replace('u', '<c>') }}", "<c>[1 ]<c>[2]")]
    [InlineData("{{ 'x-y' | replace('-', messages[0].content) }}", "x[u1 u2]y")]
    [InlineData("{{ messages[0].content.strip('u') }}", "[1 u2]")]
    [InlineData("{{ messages[0].content.split('u')[-1].lstrip('\\n') }}", "[2]")]
    [InlineData("{% set c %}<s>{{ messages[0].content }}{% endset %}{{ c }}", "<s>[u1 u2]")]
    [InlineData("{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(messages[0].content) }}", "<[u1 u2]>")]
    [InlineData("{% filter upper %}<a>{{ messages[0].content }}{% endfilter %}", "<A>[U1 U2]")]
    [InlineData("{% set n = namespace(t='<') %}{% for m in messages %}{% set n.t = n.t + m.content + '>' %}{% endfor %}{{ n.t }}", "<[u1 u2]>")]
    [InlineData("{{ messages[0].content | tojson }}", "[\"u1 u2\"]")]
    [InlineData("{{ messages | map(attribute='content') | join(',') }}{{ messages | length }}", "[u1 u2]1")]
    [InlineData("{{ messages[0].content | title }}{{ messages[0].content | reverse }}", "[U1 U22u 1u]")]
    [InlineData("{{ messages }}", "[[{'role': 'r', 'content': 'u1 u2'}]]")]
    [InlineData("{{ messages[0].role }}{% for k in messages[0] %}{{ loop.index }}{% endfor %}{{ extra.key }}", "[r]12[v]")]
    [InlineData("{% for c in messages[0].content %}{{ c }}.{% endfor %}", "[u].[1].[ ].[u].[2].")]
    [InlineData("{{ (messages[0].content ~ '\\n<x>') | indent(2) }}", "[u1 u2]\n  <x>")]
    [InlineData("{{ messages[0].content * 2 }}", "[u1 u2u1 u2]")]
    [InlineData("{{ '<%s>%3s|%.2s' % (messages[0].content, 'x', messages[0].content) }}", "<[u1 u2]>  x|[u1]")]
    [InlineData("{{ '<{}>{:>7}'.format(messages[0].content, messages[0].content) }}", "<[u1 u2]>  [u1 u2]")]
    [InlineData("{{ (messages[0].content ~ '%s') % '<b>' }}", "[u1 u2]<b>")]
    [InlineData("{{ '%r' % messages[0].content }}{{ '{!r}'.format('x') }}", "['u1 u2']'x'")]
    [InlineData("{{ ('ß' ~ messages[0].content) | upper }}{{ ('<ß' ~ messages[0].role).title() }}", "SS[U1 U2]<Ss[r]")]
    [InlineData("{{ messages[0].content | center(9) }}|{{ messages[0].content | truncate(4, end='<', leeway=0) }}", "  [u1 u2]  |[u1]<")]
    [InlineData("{{ ('<a> ' ~ messages[0].content) | wordwrap(4) }}", "<a>\n[u1]\n[u2]")]
    [InlineData("{{ messages[0].content | urlencode }}{{ (messages[0].content ~ '<b>&lt;') | striptags }}", "[u1%20u2u1 u2<]")]
    [InlineData("{{ messages[0].content.translate({117: '<u>', 49: none}) }}", "<u>[ ]<u>[2]")]
    [InlineData("{{ messages[0].content | replace('', '-') }}", "-[u]-[1]-[ ]-[u]-[2]-")]
    [InlineData("{{ messages | groupby('role') | map('first') | join }}{{ messages | pprint }}", "[r[{'content': 'u1 u2', 'role': 'r'}]]")]
    [InlineData("{% for m in messages recursive %}<{{ m.content }}>{% endfor %}", "<[u1 u2]>")]
    [InlineData("{{ bos_token }}{{ 'a' if messages[0].content == 'u1 u2' }}", "<s>a")]
    public void Marks_stay_with_the_characters(string source, string expected)
    {
        var template = new ChatTemplate(source, new Dictionary<string, string> { ["bos_token"] = "<s>" });
        var variables = new Dictionary<string, object?> { ["extra"] = new Dictionary<string, object?> { ["key"] = "v" } };
        var segments = template.Render([new ChatMessage("r", "u1 u2")], variables: variables);
        Assert.Equal(expected, string.Concat(segments.Select(s => s.IsFromUser ? $"[{s.Text}]" : s.Text)));
    }

    [Fact]
    public void Variables_cannot_stand_in_for_the_models_own_tokens()
    {
        var template = new ChatTemplate("{{ bos_token }}", new Dictionary<string, string> { ["bos_token"] = "<s>" });
        var segment = Assert.Single(template.Render([], variables: new Dictionary<string, object?> { ["bos_token"] = "<evil>" }));
        Assert.Equal(new TextSegment("<s>", IsFromUser: false), segment);
    }
}
