using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Transformer2.Gateway;

/// <summary>What <c>/healthz</c> and <c>/readyz</c> say: the status, and a reason for each check that fails.</summary>
internal static class HealthResponse
{
    public static HealthCheckOptions Of(Func<HealthCheckRegistration, bool> checks) => new() { Predicate = checks, ResponseWriter = Write };

    // Anyone may read it. What a check throws stays here.
    private static Task Write(HttpContext context, HealthReport report) => context.Response.WriteAsync(string.Join(
        '\n',
        report.Entries.Values
            .Where(entry => entry is { Status: not HealthStatus.Healthy, Exception: null, Description: not null })
            .Select(entry => entry.Description)
            .Distinct()
            .Prepend(report.Status.ToString())));
}
