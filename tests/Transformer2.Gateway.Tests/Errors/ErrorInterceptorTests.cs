using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime;
using Orleans.Storage;
using Transformer2.Abstractions;

namespace Transformer2.Gateway.Tests;

/// <summary>Faults inside the platform, which no request can cause by itself.</summary>
public class ErrorInterceptorTests
{
    private readonly ErrorInterceptor _interceptor = new(NullLogger<ErrorInterceptor>.Instance);

    public static TheoryData<Exception, StatusCode, string> Faults() => new()
    {
        { new EnumerationAbortedException("The stream is gone."), StatusCode.Unavailable, ErrorReason.EngineUnavailable },
        { new SiloUnavailableException("secret address"), StatusCode.Unavailable, ErrorReason.EngineUnavailable },
        { new TimeoutException("secret address"), StatusCode.Unavailable, ErrorReason.EngineUnavailable },
        { new InconsistentStateException("secret grain"), StatusCode.Aborted, ErrorReason.Conflict },
        { new PlatformException(ErrorReason.TenantMismatch, "secret tenant"), StatusCode.Internal, ErrorReason.Internal },
        { new IOException("secret path"), StatusCode.Internal, ErrorReason.Internal },
    };

    [Theory, MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public async Task A_fault_has_a_status_and_tells_no_secret(Exception fault, StatusCode status, string reason)
    {
        var call = _interceptor.UnaryServerHandler<string, string>("", new Call(), (_, _) => throw fault);

        var refusal = await call.Refused(status, reason);

        Assert.DoesNotContain("secret", refusal.ToString(), StringComparison.Ordinal);
    }

    private sealed class Call : ServerCallContext
    {
        public Call() => UserState["__HttpContext"] = new DefaultHttpContext();

        protected override string MethodCore => "/test/Call";

        protected override string HostCore => "test";

        protected override string PeerCore => "test";

        protected override DateTime DeadlineCore => DateTime.MaxValue;

        protected override Metadata RequestHeadersCore { get; } = [];

        protected override CancellationToken CancellationTokenCore => CancellationToken.None;

        protected override Metadata ResponseTrailersCore { get; } = [];

        protected override Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore => new(null, []);

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
            throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}
