using System.Text;
using Google.Protobuf;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary>A dispatch policy from a JSON file, in protobuf's JSON mapping, as <c>t2 dispatch policy show</c> prints it.</summary>
internal static class PolicyFile
{
    private const int MaxBytes = 1 << 20;

    /// <exception cref="InputException">No such file, or not a policy.</exception>
    public static async Task<DispatchPolicy> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var bytes = await LocalFile.ReadAsync(path, MaxBytes, cancellationToken);
        try
        {
            return JsonParser.Default.Parse<DispatchPolicy>(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes));
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidJsonException or DecoderFallbackException)
        {
            throw new InputException($"'{path}' is not a dispatch policy: {exception.Message}");
        }
    }
}
