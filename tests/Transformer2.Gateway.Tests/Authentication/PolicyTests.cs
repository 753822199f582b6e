using Google.Protobuf.Reflection;
using Grpc.Core;
using Transformer2.Abstractions;
using Transformer2.V1;

namespace Transformer2.Gateway.Tests;

/// <summary>Every method of the contract, found by reflection, refuses whoever its service is not for.</summary>
public class PolicyTests(PlatformFixture fixture)
{
    private readonly TestPlatform _platform = fixture.Platform;

    public static TheoryData<string> Methods() => [.. All().Select(method => method.FullName)];

    [Fact]
    public void All_services_of_the_contract_are_covered()
    {
        var services = typeof(GenerateRequest).Assembly.GetTypes()
            .Select(type => type.GetProperty("Descriptor", typeof(ServiceDescriptor))?.GetValue(null))
            .OfType<ServiceDescriptor>()
            .Select(service => service.FullName)
            .Where(name => name != RewardService.Descriptor.FullName); // the tenant's own

        Assert.Equal(services.Order(), All().Select(method => method.Service.FullName).Distinct().Order());
    }

    [Theory, MemberData(nameof(Methods))]
    public async Task A_method_refuses_missing_keys_and_wrong_roles(string name)
    {
        var tenant = await _platform.NewTenant();
        var service = name[..name.LastIndexOf('.')];

        await RawCall.Send(_platform, name, null, []).Refused(StatusCode.Unauthenticated, ErrorReason.ApiKeyMissing);
        await RawCall.Send(_platform, name, TestPlatform.Key(ApiKeyText.Mint().Value), [])
            .Refused(StatusCode.Unauthenticated, ErrorReason.ApiKeyInvalid);
        if (service == TenantService.Descriptor.FullName)
            await RawCall.Send(_platform, name, tenant.Headers, []).Refused(StatusCode.PermissionDenied, ErrorReason.AdminKeyRequired);
        else if (service != ClusterService.Descriptor.FullName)
            await RawCall.Send(_platform, name, _platform.Admin, []).Refused(StatusCode.PermissionDenied, ErrorReason.TenantKeyRequired);
    }

    private static IEnumerable<MethodDescriptor> All() =>
        new[]
            {
                GenerationService.Descriptor, ExpertService.Descriptor, TenantService.Descriptor, ClusterService.Descriptor, AdaptationService.Descriptor,
                TrainingService.Descriptor,
            }
            .SelectMany(service => service.Methods);
}
