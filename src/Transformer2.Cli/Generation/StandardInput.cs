using System.Text;

namespace Transformer2.Cli;

/// <summary>Standard input as text.</summary>
internal static class StandardInput
{
    /// <summary>
    /// What bytes that are not UTF-8 are read as: ASCII's character for what was garbled, which neither JSON nor a prompt has, so that the
    /// reader of the line or prompt can refuse it, and only it.
    /// </summary>
    public const char NoText = '\u001A';

    /// <summary>Reads UTF-8, and nothing else that a byte order mark might announce.</summary>
    public static TextReader Reader(Stream bytes) => new StreamReader(
        bytes,
        Encoding.GetEncoding("utf-8", EncoderFallback.ExceptionFallback, new DecoderReplacementFallback(NoText.ToString())),
        detectEncodingFromByteOrderMarks: false);
}
