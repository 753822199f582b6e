namespace Transformer2.Grains.Tests;

internal static class Refusals
{
    /// <summary>The call must be refused with this reason; what crosses silos keeps message and metadata.</summary>
    public static async Task<PlatformException> Refused(this Task call, string reason)
    {
        var exception = await Assert.ThrowsAsync<PlatformException>(() => call);
        Assert.Equal(reason, exception.Reason);
        Assert.NotEmpty(exception.Message);
        return exception;
    }
}
