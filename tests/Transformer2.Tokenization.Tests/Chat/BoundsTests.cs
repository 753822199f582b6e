namespace Transformer2.Tokenization.Tests.Chat;

/// <summary>A template that is wrong or hostile ends with an error, in bounded time and memory.</summary>
public sealed class BoundsTests
{
    [Theory]
    [InlineData("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{% set ns = namespace(s='x') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}", "characters")]
    [InlineData("{{ 'xxxxxxxxxx' * 1000000000 }}", "characters")]
    [InlineData("{{ [1] * 1000000000 }}", "items")]
    [InlineData("{{ range(1000000000) }}", "items")]
    [InlineData("{{ 10 ** 4300 }}", "too large")]
    [InlineData("{{ -2 ** 99999999999999999999 }}", "too large")]
    [InlineData("{{ 10 ** 400 * 1.0 }}", "too large")]
    [InlineData("{{ ('9' * 4301) | int }}", "too large")]
    [InlineData("{{ range(100001) }}", "100000 items")]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "nested")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(10000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}", "nested")]
    [InlineData("{% set ns = namespace(l=[]) %}{% for i in range(10000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l|tojson }}", "nested")]
    [InlineData("{% set n = namespace(a=[], b=[]) %}{% for i in range(9999) %}{% set n.a, n.b = [n.a], [n.b] %}{% endfor %}{{ n.a == n.b }}", "nested")]
    [InlineData("{{ 1 // 0 }}", "zero")]
    [InlineData("{{ missing.member }}", "'missing' is undefined")]
    [InlineData("{{ missing + 'x' }}", "'missing'")]
    [InlineData("{{ none.x.y }}", "'x' is undefined")]
    [InlineData("{{ 'x' | nosuch }}", "'nosuch'")]
    [InlineData("{{ 'x' is nosuch }}", "'nosuch'")]
    [InlineData("{{ 'x' | upper(3) }}", "upper")]
    [InlineData("{{ 'x' | tojson(color='red') }}", "color")]
    [InlineData("{{ nosuch() }}", "called")]
    [InlineData("{{ 'x'.__class__.__mro__ }}", "__class__")]
    [InlineData("{{ [].append(1) }}", "called")]
    [InlineData("{% set messages.x = 1 %}", "namespace")]
    [InlineData("{% for a, b in [1] %}{% endfor %}", "iterated")]
    [InlineData("{{ strftime_now('%Q') }}", "%Q")]
    [InlineData("{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}", "nested")]
    [InlineData("{% for i in [1] %}{{ loop([1]) }}{% endfor %}", "recursive")]
    [InlineData("{% block a %}{{ self.a() }}{% endblock %}", "nested")]
    [InlineData("{{ '%99999999999d' % 1 }}", "wider")]
    [InlineData("{{ '%*d' % (99999999, 1) }}", "wider")]
    [InlineData("{{ '{:99999999999}'.format(1) }}", "wider")]
    [InlineData("{{ '{:.99999999999f}'.format(1.5) }}", "wider")]
    [InlineData("{{ 'x' | center(99999999) }}", "wider")]
    [InlineData("{{ 'x'.ljust(99999999) }}", "wider")]
    [InlineData("{{ '\t'.expandtabs(99999999) }}", "wider")]
    [InlineData("{{ 'x' | indent(99999999) }}", "wider")]
    [InlineData("{{ ('x' * 1000000) | replace('', 'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy') }}", "characters")]
    [InlineData("{{ '{:{:{}}}'.format(1, 2, 3) }}", "nested")]
    [InlineData("{{ '{0.__class__.__mro__}'.format('x') }}", "__class__")]
    [InlineData("{{ '{0.upper.x}'.format('x') }}", "upper")]
    [InlineData("{{ [1] | slice(99999999) }}", "slices")]
    [InlineData("{{ [1] | batch(99999999, 0) }}", "items")]
    [InlineData("{{ 'x' | int(0, 99) }}", "base")]
    [InlineData("{{ 1e300 * 1e9 | round(-400) }}{{ 'x' | urlize }}", "'urlize'")]
    public void Rendering_fails_clearly(string source, string named)
    {
        var template = new ChatTemplate(source);
        var error = Assert.Throws<ChatTemplateException>(() => template.Render([new ChatMessage("user", "x")]));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.False(error.RaisedByTemplate);
    }

    [Theory]
    [InlineData("{{ ")]
    [InlineData("{% if x %}")]
    [InlineData("{% endif %}")]
    [InlineData("{# ")]
    [InlineData("{% raw %}")]
    [InlineData("{{ 'x }}")]
    [InlineData("{{ ) }}")]
    [InlineData("{{ (1] }}")]
    [InlineData("{{ a b }}")]
    [InlineData("{{ 1 + }}")]
    [InlineData("{{ f(a=1, 2) }}")]
    [InlineData("{{ f(a=1, a=2) }}")]
    [InlineData("{% include 'x' %}")]
    [InlineData("{% import 'os' as os %}")]
    [InlineData("{% extends 'x' %}")]
    [InlineData("{% from 'x' import y %}")]
    [InlineData("{% do x %}")]
    [InlineData("{% block a %}{% endblock %}{% block a %}{% endblock %}")]
    [InlineData("{{ f(*a, *b) }}")]
    [InlineData("{{ f(**a, 1) }}")]
    [InlineData("{% break %}")]
    [InlineData("{% for x in y %}{% macro m() %}{% continue %}{% endmacro %}{% endfor %}")]
    [InlineData("{% macro f(a=1, b) %}{% endmacro %}")]
    [InlineData("{% set %}")]
    [InlineData("{{ § }}")]
    public void A_malformed_template_is_refused_when_it_is_loaded(string source) =>
        Assert.Throws<ChatTemplateException>(() => new ChatTemplate(source));

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("not ", "")]
    [InlineData("-", "")]
    [InlineData("1 if ", " else 1")]
    public void Deep_nesting_does_not_exhaust_the_stack(string before, string after)
    {
        var source = $"{{{{ {Many(before)} 1 {Many(after)} }}}}";
        Assert.Throws<ChatTemplateException>(() => new ChatTemplate(source).Render([]));
    }

    [Fact]
    public void A_long_chain_of_operators_does_not_exhaust_the_stack()
    {
        var source = $"{{{{ 1 {Many(" + 1")} }}}}";
        Assert.Throws<ChatTemplateException>(() => new ChatTemplate(source).Render([]));
    }

    [Fact]
    public void The_templates_own_message_comes_through()
    {
        var template = new ChatTemplate("{{ raise_exception('Roles must alternate') }}");
        var error = Assert.Throws<ChatTemplateException>(() => template.Render([]));
        Assert.Equal("Roles must alternate", error.Message);
        Assert.True(error.RaisedByTemplate);
    }

    [Fact]
    public void A_long_conversation_stays_within_the_bounds()
    {
        var messages = Enumerable.Repeat(new ChatMessage("user", new string('x', 1000)), 2000).ToList();
        var text = string.Concat(new ChatTemplate(TinyModel.ChatMl).Render(messages).Select(s => s.Text));
        Assert.True(text.Length > 2_000_000);
    }

    private static string Many(string part) => string.Concat(Enumerable.Repeat(part, 100_000));
}
