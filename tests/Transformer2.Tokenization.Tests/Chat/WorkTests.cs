namespace Transformer2.Tokenization.Tests.Chat;

/// <summary>What a template makes a value of, and goes through, counts as steps by its size, and before it is made.</summary>
public sealed class WorkTests
{
    [Theory]
    // A list that is twice in a list, and that twice in another, has 2^40 items to be gone through.
    [InlineData("{{ n.s == n.t }}")]
    [InlineData("{{ n.s < n.t }}")]
    [InlineData("{{ n.s in [n.t] }}")]
    [InlineData("{{ [n.t].index(n.s) }}")]
    [InlineData("{{ n.s is eq(n.t) }}")]
    [InlineData("{{ [n.s, n.t] | sort }}")]
    [InlineData("{{ {'a': n.s} == {'a': n.t} }}")]
    [InlineData("{{ n.s }}")]
    [InlineData("{{ n.s | tojson }}")]
    [InlineData("{{ n.s | pprint }}")]
    public void A_value_that_is_in_itself_many_times_is_not_gone_through(string use)
    {
        const string Grow = "{% set n = namespace(s=[1], t=[1]) %}{% for a in range(40) %}{% set n.s = [n.s, n.s] %}{% set n.t = [n.t, n.t] %}{% endfor %}";
        TakesTooMuch(Grow + use, "steps", "characters");
    }

    [Theory]
    [InlineData("{{ ('a' * 12000000) | list | length }}")]
    [InlineData("{% for c in 'a' * 12000000 %}{% endfor %}")]
    [InlineData("{{ ('a' * 30000000).replace('a', 'bbbbbbbbbbbbbbb') }}")]
    [InlineData("{{ ('a' * 30000000) | replace('', 'bbbbbbbbbbbbbbb') }}")]
    [InlineData("{{ ('a\\n' * 8000000) | indent(200) }}")]
    [InlineData("{{ ('a ' * 8000000).split() | length }}")]
    [InlineData("{{ ('a,' * 8000000).split(',') | join(', ') }}")]
    [InlineData("{{ ('a\\n' * 8000000).splitlines() }}")]
    [InlineData("{{ range(100000) | map('string') | join('x' * 1000) }}")]
    [InlineData("{{ ['x' * 1000000] * 1000 }}")]
    [InlineData("{{ (['x' * 1000000] * 1000) | tojson }}")]
    [InlineData("{{ (['x' * 1000000] * 1000) | pprint }}")]
    [InlineData("{{ ('&' * 10000000) | e }}")]
    [InlineData("{{ ('é' * 30000000) | upper }}")]
    [InlineData("{{ ('é' * 30000000) | urlencode }}")]
    [InlineData("{{ ('a ' * 15000000) | wordwrap(1) }}")]
    [InlineData("{{ ('\\t' * 30000000).expandtabs(1000) }}")]
    [InlineData("{% set n = namespace(l=[]) %}{% for i in range(100000) %}{% set n.l = [n.l, 'x' * 100000] %}{% endfor %}")]
    [InlineData("{% set n = namespace(l=[]) %}{% for i in range(100000) %}{% for j in range(100) %}{% set n.l = (n.l, {1: 2}) %}{% endfor %}{% endfor %}")]
    public void What_a_template_makes_is_bounded_before_it_is_made(string source)
    {
        const long MaxBytes = 700L << 20;
        var before = GC.GetAllocatedBytesForCurrentThread();
        TakesTooMuch(source, "steps", "characters", "items");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxBytes);
    }

    [Theory]
    [InlineData("t.count('b')")]
    [InlineData("t.find('c')")]
    [InlineData("t.rfind('c')")]
    [InlineData("'c' in t")]
    [InlineData("t.split('c')")]
    [InlineData("t.replace('c', '')")]
    [InlineData("t == u")]
    [InlineData("t < u")]
    [InlineData("t.startswith(u)")]
    [InlineData("{t: 1}")]
    [InlineData("t.removeprefix(u)")]
    [InlineData("t | attr(t)")]
    [InlineData("dict(**{t: 1})")]
    [InlineData("t.strip()")]
    [InlineData("t | length")]
    [InlineData("t[-1]")]
    [InlineData("t | truncate(10)")]
    [InlineData("t | wordwrap")]
    [InlineData("t | striptags")]
    [InlineData("t | urlencode")]
    [InlineData("t | wordcount")]
    [InlineData("t | e")]
    [InlineData("t.isalpha()")]
    [InlineData("t is upper")]
    [InlineData("t | int")]
    [InlineData("t | float")]
    [InlineData("t | title")]
    [InlineData("t.translate({})")]
    [InlineData("t | string | tojson")]
    [InlineData("[{'k': t}, {'k': t}] | groupby('k')")]
    [InlineData("[t] | map(attribute=t)")]
    [InlineData("m | map(attribute='k') | join")]
    public void Going_through_a_long_text_again_and_again_takes_too_many_steps(string expression) => TakesTooMuch(
        "{% set t, u = 'ab' * 100000, 'ab' * 99999 ~ 'ac' %}{% set m = [{'k': t}] %}"
        + $"{{% for i in range(10000) %}}{{% set x = {expression} %}}{{% endfor %}}", "steps");

    [Fact]
    public void A_part_that_nearly_occurs_everywhere_is_not_looked_for() =>
        TakesTooMuch("{{ ('a' * 1000000).find('a' * 100000 ~ 'b' ~ 'a' * 100000) }}", "steps");

    [Fact]
    public void Each_rendering_has_all_of_its_steps()
    {
        var template = new ChatTemplate("{% for i in range(100000) %}{% for j in range(3) %}{% endfor %}{% endfor %}{{ messages | length }}");
        for (var i = 0; i < 5; i++)
            Assert.Equal("0", Assert.Single(template.Render([])).Text);
    }

    private static void TakesTooMuch(string source, params string[] named)
    {
        var error = Assert.Throws<ChatTemplateException>(() => new ChatTemplate(source).Render([]));
        Assert.Contains(named, name => error.Message.Contains(name, StringComparison.Ordinal));
    }
}
