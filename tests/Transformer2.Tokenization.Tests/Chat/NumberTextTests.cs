using System.Globalization;

namespace Transformer2.Tokenization.Tests.Chat;

/// <summary>Numbers are printed as Python prints them: by the fewest digits that are the number.</summary>
public sealed class NumberTextTests
{
    [Fact]
    public void Every_power_of_ten_times_a_few_digits_is_printed_by_these_digits()
    {
        var (numbers, expected) = (new List<object?>(), new List<string>());
        for (var power = -300; power <= 290; power++)
        {
            foreach (var digits in (string[])["1", "2", "3", "5", "7", "9", "12", "15", "99", "101", "123", "999", "4097", "999999999999999"])
            {
                numbers.Add(double.Parse($"{digits}e{power}", CultureInfo.InvariantCulture));
                expected.Add(Python(digits, power));
            }
        }
        Assert.Equal(expected, Printed("{{ n }}", numbers));
    }

    [Fact]
    public void What_is_printed_is_the_number()
    {
        var random = new Random(1);
        List<object?> numbers = [.. Enumerable.Range(0, 2000).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64())).Where(double.IsFinite)];
        Assert.Equal(numbers, Printed("{{ n | tojson }}", numbers).Select(text => (object?)double.Parse(text, CultureInfo.InvariantCulture)));
    }

    private static string[] Printed(string output, List<object?> numbers)
    {
        var template = new ChatTemplate($"{{% for n in numbers %}}{output} {{% endfor %}}");
        var rendered = template.Render(new Dictionary<string, object?> { ["numbers"] = numbers });
        return string.Concat(rendered.Select(s => s.Text)).TrimEnd().Split(' ');
    }

    /// <summary>Digits times a power of ten, laid out by moving the point: no number of up to 15 digits has a shorter neighbour.</summary>
    private static string Python(string digits, int power)
    {
        var exponent = digits.Length - 1 + power;
        if (exponent is < -4 or >= 16)
            return $"{digits[0]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent):00}";
        var padded = new string('0', Math.Max(-exponent, 0)) + digits + new string('0', Math.Max(power, 0));
        var point = Math.Max(exponent, 0) + 1;
        return padded[..point] + "." + (point < padded.Length ? padded[point..] : "0");
    }
}
