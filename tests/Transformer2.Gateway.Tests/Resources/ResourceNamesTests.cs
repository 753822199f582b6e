using Transformer2.Abstractions;

namespace Transformer2.Gateway.Tests;

public class ResourceNamesTests
{
    private static readonly TenantId Tenant = TenantId.Parse("demo");

    [Fact]
    public void A_name_of_nothing_but_slashes_is_refused_at_no_cost()
    {
        var name = new string('/', 3 << 20);
        Assert.Throws<PlatformException>(() => ResourceNames.Expert("a/b", Tenant, "name"));

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<PlatformException>(() => ResourceNames.Expert(name, Tenant, "name"));
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.InRange(allocated, 0, 64 << 10);
    }
}
