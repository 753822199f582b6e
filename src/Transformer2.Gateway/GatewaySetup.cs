using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Transformer2.V1;

namespace Transformer2.Gateway;

/// <summary>Registers and maps everything that callers reach.</summary>
public static class GatewaySetup
{
    /// <summary>Tag of health checks whose failure only the end of this process can mend: <c>/healthz</c> follows them.</summary>
    public const string LivenessTag = "live";

    // A message holds at most a prompt or a chunk of 1 MiB, and JSON-like escapes do not exist here.
    private const int MaxMessageBytes = 4 << 20;

    private const string Welcome = """
        Transformer2.Platform
        gRPC (transformer2.v1) on a port of its own, 8081 by default
        health: /healthz, /readyz

        """;

    /// <summary>
    /// Adds the gateway. The host adds a grain factory that reaches the platform's grains, an <see cref="Abstractions.IExpertBlobStore"/>, an
    /// <see cref="Abstractions.IDatasetBlobStore"/>, and what reads data sets, an <see cref="Abstractions.IDatasetReader"/>.
    /// </summary>
    public static IServiceCollection AddGateway(this IServiceCollection services)
    {
        // Not AddAuthentication: it would write data protection keys, which nothing here uses, to the user's home.
        services.AddAuthenticationCore(options => options.DefaultScheme = ApiKeyAuthentication.SchemeName);
        services.AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null);

        // Whatever states no policy is closed.
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
            .AddPolicy(Caller.TenantRole, policy => policy.RequireRole(Caller.TenantRole))
            .AddPolicy(Caller.AdminRole, policy => policy.RequireRole(Caller.AdminRole));
        services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = MaxMessageBytes;
            options.EnableDetailedErrors = false;
            options.Interceptors.Add<ErrorInterceptor>();
        });
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks(options => options.Services.Map(GenerationService.Descriptor.FullName, _ => true))
            .AddCheck<EngineHealthCheck>("engine");
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<UploadOptions>, UploadOptionsValidator>());
        services.AddSingleton<BaseModelSource>();
        services.AddSingleton<UploadReader>();
        services.AddSingleton<ExpertImport>();
        services.AddSingleton<DatasetImport>();
        return services;
    }

    /// <summary>
    /// Maps the gateway's endpoints. Health and, in development, reflection answer without a key: they tell nothing of any tenant.
    /// </summary>
    public static WebApplication MapGateway(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<GrpcStatusMiddleware>();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.Use(Caller.EnterScope);

        app.MapGrpcService<GenerationEndpoint>();
        app.MapGrpcService<ExpertEndpoint>();
        app.MapGrpcService<AdaptationEndpoint>();
        app.MapGrpcService<TrainingEndpoint>();
        app.MapGrpcService<TenantEndpoint>();
        app.MapGrpcService<ClusterEndpoint>();
        app.MapGrpcHealthChecksService().AllowAnonymous();
        if (app.Environment.IsDevelopment())
            app.MapGrpcReflectionService().AllowAnonymous();

        app.MapHealthChecks("/healthz", HealthResponse.Of(check => check.Tags.Contains(LivenessTag))).AllowAnonymous();
        app.MapHealthChecks("/readyz", HealthResponse.Of(_ => true)).AllowAnonymous();
        app.MapGet("/", () => Results.Text(Welcome)).AllowAnonymous();
        return app;
    }
}
