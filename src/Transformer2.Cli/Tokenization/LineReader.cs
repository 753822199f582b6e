using System.Text;

namespace Transformer2.Cli;

/// <summary>A line of standard input.</summary>
/// <param name="Text">The line without its end; null when it is longer than allowed.</param>
internal readonly record struct InputLine(string? Text);

/// <summary>
/// Reads lines as they arrive. A line ends with a line feed: unlike <see cref="TextReader.ReadLine"/>, no other character ends it, and
/// no more of it is kept than is allowed.
/// </summary>
/// <param name="input">Where the lines come from.</param>
/// <param name="maxLength">Most UTF-16 units of a line.</param>
internal sealed class LineReader(TextReader input, int maxLength)
{
    private readonly char[] _buffer = new char[64 * 1024];
    private readonly StringBuilder _line = new();
    private int _at;
    private int _end;

    /// <summary>The next line; null at the end of the input. A cancellation is noticed while the input is silent, too.</summary>
    public async Task<InputLine?> ReadAsync(CancellationToken cancellationToken)
    {
        var (isTooLong, isStarted) = (false, false);
        _line.Clear();
        while (_at < _end || await FillAsync(cancellationToken))
        {
            isStarted = true;
            var length = _buffer.AsSpan(_at, _end - _at).IndexOf('\n');
            var part = _buffer.AsMemory(_at, length < 0 ? _end - _at : length);
            _at += part.Length + (length < 0 ? 0 : 1);
            isTooLong |= part.Length > maxLength - _line.Length;
            if (!isTooLong)
            {
                _line.Append(part);
            }

            if (length >= 0)
            {
                break;
            }
        }

        return isStarted ? new InputLine(isTooLong ? null : _line.ToString()) : null;
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        // On a thread of its own: reading from a terminal or a pipe cannot be cancelled, only left behind.
        _end = await Task.Run(() => input.Read(_buffer), cancellationToken).WaitAsync(cancellationToken);
        _at = 0;
        return _end > 0;
    }
}
