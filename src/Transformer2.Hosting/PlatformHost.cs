using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Transformer2.Gateway;
using Transformer2.Grains;
using Transformer2.Storage;

namespace Transformer2.Hosting;

/// <summary>A whole platform in one process on embedded storage.</summary>
public static class PlatformHost
{
    private const int RefusedToStart = 2;

    // Overridden by whatever else configures logging, for example the environment variable Logging__LogLevel__Default.
    private static readonly Dictionary<string, string?> LogLevels = new()
    {
        ["Logging:LogLevel:Default"] = "Warning",
        ["Logging:LogLevel:Transformer2"] = "Information",
        ["Logging:LogLevel:Transformer2.Gateway.ApiKeyAuthentication"] = "Warning",
        ["Logging:LogLevel:Grpc"] = "Critical",
        // What ends the start is told in one line.
        ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "None",
        ["Logging:LogLevel:Orleans.Runtime.Silo"] = "Error",
        ["Logging:LogLevel:Orleans.Runtime.Watchdog"] = "Error",
    };

    /// <summary>Runs a server until it is asked to stop.</summary>
    /// <param name="args">Configuration: <c>--T2:Name=value</c>.</param>
    /// <param name="addRoles">Adds roles to the silo, for example that of an inference node.</param>
    /// <returns>0 after an orderly end; 2 if the server could not start for a reason that is printed in one line.</returns>
    public static async Task<int> RunAsync(string[] args, Action<ISiloBuilder, PlatformPaths> addRoles)
    {
        try
        {
            await using var app = Create(args, addRoles);
            await app.StartAsync();
            await Banner.Write(app, Console.Out);
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception exception) when (Refusal(exception) is { } refusal)
        {
            await Console.Error.WriteLineAsync($"error: {refusal}");
            return RefusedToStart;
        }
    }

    /// <summary>Composes a server that is not started yet.</summary>
    /// <exception cref="StartupException">Something that it needs is missing or taken.</exception>
    public static WebApplication Create(string[] args, Action<ISiloBuilder, PlatformPaths> addRoles)
    {
        ArgumentNullException.ThrowIfNull(addRoles);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = LogLevels });
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        var options = Read(builder.Configuration, PlatformOptions.Section, new PlatformOptionsValidator());

        var limits = Read(builder.Configuration, "T2:Limits", new PlatformLimitsValidator());
        var uploads = Read(builder.Configuration, "T2:Uploads", new UploadOptionsValidator());
        // A file is stored when its upload ends, so this is more than enough for it to be committed.
        if (limits.OrphanAge < uploads.TotalTimeout)
            limits.OrphanAge = uploads.TotalTimeout;
        // In the order of their costs: what is wrong shows before the model is read.
        if (options.HttpPort == options.GrpcPort && options.HttpPort != 0)
            throw new StartupException("T2__HttpPort and T2__GrpcPort are the same; without TLS the two protocols cannot share a port.");
        Ports.RequireFree(options.Address, options.HttpPort, "T2__HttpPort");
        Ports.RequireFree(options.Address, options.GrpcPort, "T2__GrpcPort");
        Ports.RequireFree(IPAddress.Loopback, options.SiloPort, "T2__SiloPort");
        var model = ModelLocation.Find(options.ModelDirectory);
        var data = DataDirectory.Open(options.DataDirectory);
        var paths = new PlatformPaths(model, data.Decompositions, data.Trainings);

        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(_ => data);
        builder.Services.AddSingleton(paths);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(options.ShutdownSeconds));
        builder.WebHost.UseSetting(WebHostDefaults.PreferHostingUrlsKey, "false");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenForGateway(options.Address, options.HttpPort, options.GrpcPort));
        builder.Services.AddFileExpertBlobStore(data.Experts);
        builder.Services.AddFileDatasetBlobStore(data.Datasets);
        builder.Services.AddFileQuestionBlobStore(data.Questions);
        builder.Services.AddGateway();
        builder.Services.AddHealthChecks().AddCheck<EngineLiveness>("engine-liveness", tags: [GatewaySetup.LivenessTag]);
        builder.AddTelemetry(options);
        builder.Services.AddSingleton(Options.Create(limits));
        builder.Services.AddSingleton(Options.Create(uploads));
        builder.UseOrleans(silo =>
        {
            UseOneSilo(silo, options.SiloPort);
            silo.AddFileGrainStorage("Default", storage => storage.Directory = data.Grains);
            silo.AddPlatformGrains();
            addRoles(silo, paths);
        });
        builder.Services.AddHostedService<Seeder>();
        builder.Services.AddSingleton<OrphanSweep>();
        builder.Services.AddHostedService(services => services.GetRequiredService<OrphanSweep>());

        var app = builder.Build();
        app.Services.GetRequiredService<DataDirectory>();
        app.MapGateway();
        app.MapTelemetry(options);
        return app;
    }

    private static T Read<T>(ConfigurationManager configuration, string section, IValidateOptions<T> validator) where T : class, new()
    {
        try
        {
            var options = configuration.GetSection(section).Get<T>() ?? new();
            var result = validator.Validate(section, options);
            return result.Succeeded ? options : throw new StartupException(string.Join(" ", result.Failures ?? []).ReplaceLineEndings(" "));
        }
        catch (InvalidOperationException exception)
        {
            throw new StartupException($"The configuration cannot be read: {exception.Message}", exception);
        }
    }

    // No client gateway: the only client lives in the same process.
    private static void UseOneSilo(ISiloBuilder silo, int port)
    {
        var endpoint = new IPEndPoint(IPAddress.Loopback, port == 0 ? Ports.Free(IPAddress.Loopback) : port);
        silo.UseLocalhostClustering(
            endpoint.Port, gatewayPort: 0, primarySiloEndpoint: endpoint, serviceId: "transformer2", clusterId: "transformer2");
        silo.Configure<SiloMessagingOptions>(messaging =>
        {
            messaging.CancelRequestOnTimeout = true;
            messaging.MaxEnqueuedRequestsHardLimit = 10_000;
        });
    }

    private static string? Refusal(Exception exception) => exception switch
    {
        StartupException => exception.Message,
        IOException { InnerException: AddressInUseException } or AddressInUseException => exception.Message,
        OptionsValidationException => exception.Message,
        _ => exception.InnerException is { } inner ? Refusal(inner) : null,
    };
}
