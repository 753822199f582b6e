using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace Transformer2.Cli;

/// <summary>Sizes and times as people read them.</summary>
internal static class Amounts
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB"];

    /// <summary>A size, for example <c>812.3 KiB</c>.</summary>
    public static string Bytes(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        while (value >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {Units[unit]}");
    }

    /// <summary>A point in time, UTC; empty when there is none.</summary>
    public static string Time(Timestamp? time) =>
        time?.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";

    /// <summary>Milliseconds.</summary>
    public static string Milliseconds(Duration? duration) =>
        string.Create(CultureInfo.InvariantCulture, $"{duration?.ToTimeSpan().TotalMilliseconds ?? 0:0.#} ms");

    /// <summary>A number with four decimals.</summary>
    public static string Figure(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);
}
