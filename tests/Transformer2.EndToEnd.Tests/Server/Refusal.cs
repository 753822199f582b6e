using Grpc.Core;
using Transformer2.Client;

namespace Transformer2.EndToEnd.Tests;

/// <summary>Expects refusals.</summary>
internal static class Refusal
{
    /// <summary>Asserts that a call is refused with a status and a stable reason.</summary>
    public static async Task<Transformer2Exception> Expect(StatusCode status, string reason, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<Transformer2Exception>(call);
        Assert.Equal((status, reason), (refused.StatusCode, refused.Reason));
        return refused;
    }

    /// <summary>The same for calls by the generated stubs.</summary>
    public static Task<Transformer2Exception> ExpectRaw(StatusCode status, string reason, Func<Task> call) => Expect(status, reason, async () =>
    {
        try
        {
            await call();
        }
        catch (RpcException exception)
        {
            throw Transformer2Exception.From(exception);
        }
    });
}
