using Google.Protobuf;
using Grpc.Core;
using Transformer2.Abstractions;
using Transformer2.V1;

namespace Transformer2.Gateway.Tests;

public class MalformedMessageTests(PlatformFixture fixture)
{
    private const string Generate = "transformer2.v1.GenerationService.Generate";
    private const string Get = "transformer2.v1.ExpertService.GetExpert";
    private const string Upload = "transformer2.v1.ExpertService.UploadExpert";
    private readonly TestPlatform _platform = fixture.Platform;

    public static TheoryData<string, byte[]> Garbage() => new()
    {
        { Generate, [0xff, 0xff, 0xff] },
        { Generate, [0x0a, 0x02, 0xc3, 0x28] }, // prompt, two bytes that are not UTF-8
        { Generate, [0x0a, 0x05, 0x61] }, // prompt, shorter than stated
        { Get, [0x0a, 0x02, 0xc3, 0x28] },
        { Upload, [0x0a, 0x04, 0x0a, 0x02, 0xc3, 0x28] },
        { Upload, [0xff, 0xff, 0xff] },
    };

    [Theory, MemberData(nameof(Garbage))]
    public async Task Bytes_that_are_no_message_are_the_callers_fault(string method, byte[] message)
    {
        var tenant = await _platform.NewTenant();

        await RawCall.Send(_platform, method, tenant.Headers, message).Refused(StatusCode.InvalidArgument, ErrorReason.MalformedMessage);

        Assert.Equal("base", (await tenant.Dispatch(new() { Base = new() })).Strategy);
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_refused_before_it_is_read()
    {
        var tenant = await _platform.NewTenant();
        var message = new GenerateRequest { Prompt = new string('a', 5 << 20) }.ToByteArray();

        await RawCall.Send(_platform, Generate, tenant.Headers, message).Refused(StatusCode.ResourceExhausted, ErrorReason.MessageTooLarge);
    }

    [Fact]
    public async Task A_method_that_does_not_exist_is_unimplemented()
    {
        var tenant = await _platform.NewTenant();

        await RawCall.Send(_platform, "transformer2.v1.GenerationService.Dream", tenant.Headers, [])
            .Refused(StatusCode.Unimplemented, ErrorReason.UnknownMethod);
    }
}
