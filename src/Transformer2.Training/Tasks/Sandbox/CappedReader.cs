using System.Runtime.InteropServices;
using System.Text;

namespace Transformer2.Training.Tasks.Sandbox;

/// <summary>Reads a stream to its end, or until it has more than it may; what is too much is never kept.</summary>
/// <param name="stream">The stream.</param>
/// <param name="most">Most bytes.</param>
/// <param name="seen">Hears how many bytes there have been.</param>
/// <param name="overflow">Hears when there are too many.</param>
internal sealed class CappedReader(Stream stream, int most, Action<int> seen, Action overflow)
{
    private readonly List<byte> _bytes = [];

    /// <summary>Whether there was too much.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>Reads on.</summary>
    public async Task Read(CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (_bytes.Count + count > most)
            {
                _bytes.AddRange(buffer.AsSpan(0, most - _bytes.Count));
                Overflowed = true;
                overflow();
                return;
            }

            _bytes.AddRange(buffer.AsSpan(0, count));
            seen(_bytes.Count);
        }
    }

    /// <summary>What there was.</summary>
    public string Text() => Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_bytes));
}
