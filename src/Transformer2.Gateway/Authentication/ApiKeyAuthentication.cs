using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Transformer2.Abstractions;

namespace Transformer2.Gateway;

/// <summary>
/// Knows callers by their API key, sent as <c>authorization: Bearer KEY</c> or <c>x-api-key: KEY</c>. Every request asks the key's grain,
/// so a revoked key is refused at once.
/// </summary>
public sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    IGrainFactory grains) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>Name of the scheme.</summary>
    public const string SchemeName = "ApiKey";

    /// <inheritdoc/>
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Sent(Request.Headers) is not { } text)
            return AuthenticateResult.NoResult();
        var key = ApiKeyText.TryParse(text, out var parsed)
            ? await grains.GetGrain<IApiKeyGrain>(parsed.KeyId).Verify(parsed.Hash())
            : null;
        return key is null
            ? AuthenticateResult.Fail("The API key is mistyped, unknown or revoked.")
            : AuthenticateResult.Success(new(Caller.ToPrincipal(key, SchemeName), SchemeName));
    }

    /// <inheritdoc/>
    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var failure = (await HandleAuthenticateOnceSafeAsync()).Failure;
        await ErrorResponse.Write(Context, failure is null
            ? new PlatformException(ErrorReason.ApiKeyMissing, "Send an API key as 'authorization: Bearer KEY' or 'x-api-key: KEY'.")
            : new PlatformException(ErrorReason.ApiKeyInvalid, failure.Message));
    }

    /// <inheritdoc/>
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        ErrorResponse.Write(Context, Context.User.IsInRole(Caller.AdminRole)
            ? new PlatformException(ErrorReason.TenantKeyRequired, "This needs a tenant's key; an admin key acts for no tenant.")
            : new PlatformException(ErrorReason.AdminKeyRequired, "This needs an admin key."));

    private static string? Sent(IHeaderDictionary headers)
    {
        const string bearer = "Bearer ";
        var authorization = headers.Authorization.ToString();
        if (authorization.StartsWith(bearer, StringComparison.OrdinalIgnoreCase))
            return authorization[bearer.Length..].Trim();
        if (authorization.Length > 0)
            return authorization;
        return headers.TryGetValue("x-api-key", out var key) ? key.ToString() : null;
    }
}
