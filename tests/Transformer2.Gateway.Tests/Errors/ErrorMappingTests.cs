using System.Reflection;
using Grpc.Core;
using Transformer2.Abstractions;

namespace Transformer2.Gateway.Tests;

public class ErrorMappingTests
{
    [Theory]
    [InlineData("plain: 'text', 100", "plain: 'text', 100")]
    [InlineData("50 %", "50 %25")]
    [InlineData("é\n", "%C3%A9%0A")]
    public void A_message_is_encoded_as_little_as_possible(string message, string header) =>
        Assert.Equal(header, ErrorMapping.ToHeader(message));

    [Fact]
    public void Every_kind_has_a_status_of_its_own()
    {
        var codes = Enum.GetValues<ErrorKind>().Select(kind => kind.ToStatusCode()).ToArray();

        Assert.Distinct(codes);
        Assert.DoesNotContain(StatusCode.Unknown, codes);
        Assert.DoesNotContain(StatusCode.OK, codes);
    }

    [Fact]
    public void Every_reason_is_documented_in_the_contract()
    {
        var contract = File.ReadAllText(Path.Combine(Root(), "protos", "transformer2", "v1", "errors.proto"));
        var reasons = typeof(ErrorReason).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!)
            .Except([ErrorReason.TenantMismatch]); // shown as INTERNAL

        Assert.DoesNotContain(reasons, reason => !contract.Contains(reason, StringComparison.Ordinal));
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "global.json")))
            directory = directory.Parent;
        return directory.FullName;
    }
}
