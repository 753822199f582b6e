using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Transformer2.Tokenization.Tests.Chat;

/// <summary>
/// Broken templates and configurations end with a typed error or a result. The seeds are fixed; <c>T2_FUZZ_SECONDS</c> sets how long each
/// test goes on.
/// </summary>
public sealed class TemplateFuzzTests
{
    private const double DefaultSeconds = 2;

    private static readonly string[] Fragments =
    [
        "{{ ", " }}", "{% ", " %}", "{%- ", " -%}", "{# ", " #}", "{% raw %}", "{% endraw %}", "{% if x %}", "{% elif n %}", "{% else %}", "{% endif %}",
        "{% for i in l %}", "{% for k, v in d.items() %}", "{% endfor %}", "{% break %}", "{% continue %}", "{% macro f(a, b=1) %}", "{% endmacro %}",
        "{{ f(f) }}", "{% call(i) f(x) %}", "{% endcall %}", "{{ caller() }}", "{% set x %}", "{% endset %}", "{% set x = x + x %}",
        "{% set ns = namespace(a=l) %}", "{% set ns.a = [ns.a, ns] %}", "{% filter upper %}", "{% endfilter %}", "{% generation %}", "{% endgeneration %}",
        "{% with a = x %}", "{% endwith %}", " | tojson(indent=2)", " | map(attribute='a')", " | selectattr('a', 'in', l)", " | join(x)", " | dictsort",
        " | sort(reverse=true)", " | batch(99999999)", " | indent(9999, true)", " | round(99999)", " | replace('', 'a')", " | list", " * 9999999", " ** 999",
        " // 0", "[::-1]", "[9223372036854775807:-9223372036854775808:-1]", "[", "]", "(", ")", ".split('')", ".format(1)", ".a.b", " is divisibleby 0", " is in x",
        " if ", " else ", " recursive", "loop(i)", "{% block a %}", "{% endblock %}", "{{ self.a() }}", "{% print ", " % (1, 'a', l)", "'%*.*f%(a)s%c' % ", "'{:>9,.3g}{0[a]!r}' ",
        ".format(*l, **d)", ".translate(d)", " | pprint", " | wordwrap(3)", " | striptags", " | groupby('a')", " | slice(3, x)", " | truncate(9)", " | urlencode", " | xmlattr",
        " | filesizeformat", ".zfill(9)", ".center(9, u)", ".expandtabs(3)", ".rsplit(none, 1)", ".casefold()", "cycler(1).next()", "0x7f", "*", "**", " not ", " and ", " ~ ", "'", "\"", "\\", "\\ud800", "9223372036854775807", "-9223372036854775808", "1e308", "18446744073709551616", " ** 99999", " | safe", " | e", " == ", " < ", "none", "\ud83d", "\0",
        "range(1048576)", "strftime_now('%d%%%')", "raise_exception(d)", "loop.cycle(1, 2)", "loop", "messages", "x", "l", "d", "u", ",", "=", "|", "\n", "  ",
    ];

    [Fact]
    public void A_broken_template_ends_with_a_typed_error_or_a_result()
    {
        using var file = JsonDocument.Parse(typeof(TemplateFuzzTests).Assembly.GetManifestResourceStream("jinja-cases.json")!);
        var variables = file.RootElement.GetProperty("variables").EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value);
        var sources = file.RootElement.GetProperty("cases").EnumerateArray().Select(c => c.Text("source")).Append(TinyModel.ChatMl).ToList();
        Fuzz(random =>
        {
            var source = Mutated(sources[random.Next(sources.Count)], random);
            return (source, () => new ChatTemplate(source).Render(variables));
        });
    }

    [Fact]
    public void A_broken_configuration_ends_with_a_typed_error_or_a_result()
    {
        using var model = new TinyModel();
        const string Valid = """
            {"bos_token": {"content": "<s>", "special": true}, "eos_token": "\ud83d\ude00", "pad_token": null, "added_tokens_decoder": {"1": {"a": [1, 2.5e3]}},
             "chat_template": [{"name": "default", "template": "{{ bos_token }}"}, {"name": "tool_use", "template": "x"}]}
            """;
        string[] files = ["tokenizer_config.json", "special_tokens_map.json", "chat_template.json"];
        Fuzz(random =>
        {
            var content = Mutated(Valid, random);
            return (content, () =>
            {
                // One of the two encodings makes bytes that are no UTF-8.
                var encoding = random.Next(2) == 0 ? Encoding.UTF8 : Encoding.Latin1;
                File.WriteAllBytes(Path.Combine(model.Directory, files[random.Next(files.Length)]), encoding.GetBytes(content));
                ChatTemplate.Load(model.Directory)?.Render([new ChatMessage("user", "x")]);
            }
            );
        });
    }

    private static void Fuzz(Func<Random, (string Input, Action Run)> create)
    {
        var seconds = Environment.GetEnvironmentVariable("T2_FUZZ_SECONDS") is { Length: > 0 } set
            ? double.Parse(set, CultureInfo.InvariantCulture)
            : DefaultSeconds;
        var watch = Stopwatch.StartNew();
        for (var seed = 0; seed < 20 || watch.Elapsed.TotalSeconds < seconds; seed++)
        {
            var (input, run) = create(new Random(seed));
            try
            {
                run();
            }
            catch (Exception e) when (e is ChatTemplateException or TokenizerException)
            {
                // The two that a reader may throw.
            }
            catch (Exception e)
            {
                Assert.Fail($"Seed {seed}: {e}\n{input}");
            }
        }
    }

    private static string Mutated(string valid, Random random)
    {
        var text = new StringBuilder(valid);
        for (var i = random.Next(1, 8); i > 0; i--)
        {
            var at = random.Next(text.Length + 1);
            var length = Math.Min(random.Next(12), text.Length - at);
            switch (random.Next(4))
            {
                case 0:
                    text.Remove(at, length);
                    break;
                case 1:
                    text.Insert(at, Fragments[random.Next(Fragments.Length)]);
                    break;
                case 2:
                    text.Insert(random.Next(text.Length + 1), text.ToString(at, length));
                    break;
                default:
                    text.Insert(at, (char)random.Next(random.Next(4) == 0 ? 0x10000 : 0x80));
                    break;
            }
        }
        return text.ToString();
    }
}
