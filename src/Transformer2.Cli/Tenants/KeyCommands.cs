using System.CommandLine;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary><c>t2 key</c>: administers API keys.</summary>
internal static class KeyCommands
{
    public static Command Create(GlobalOptions global) => new("key", "API keys of tenants; needs an admin key.")
    {
        KeyCreate(global),
        KeyList(global),
        KeyRevoke(global),
    };

    private static Command KeyCreate(GlobalOptions global)
    {
        var tenant = TenantCommands.Id();
        var displayName = new Option<string>("--display-name") { Description = "A name for people", HelpName = "text" };
        var command = new Command("create", "Creates a key for a tenant and shows its secret, this one time.") { tenant, displayName };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Admin);
            var created = await client.Tenants.CreateKeyAsync(
                parsed.GetValue(tenant)!, parsed.GetValue(displayName) ?? "", cancellationToken);
            global.Printer(parsed).Print(created, () => new TextTable()
                .Add("name", created.ApiKey.Name)
                .Add("secret", created.Secret)
                .ToString());
            return ExitCode.Success;
        });
        return command;
    }

    private static Command KeyList(GlobalOptions global)
    {
        var tenant = TenantCommands.Id();
        var command = new Command("list", "Lists a tenant's keys, without their secrets.") { tenant };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Admin);
            var keys = await client.Tenants.ListKeysAsync(parsed.GetValue(tenant)!, cancellationToken);
            global.Printer(parsed).PrintList("api_keys", keys, () => Table(keys));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command KeyRevoke(GlobalOptions global)
    {
        var name = new Argument<string>("name") { Description = "Name of the key: tenants/{tenant}/apiKeys/{key}" };
        var command = new Command("revoke", "Revokes a key for good.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Admin);
            var key = await client.Tenants.RevokeKeyAsync(parsed.GetValue(name)!, cancellationToken);
            global.Printer(parsed).Print(key, () => Table([key]));
            return ExitCode.Success;
        });
        return command;
    }

    private static string Table(IEnumerable<ApiKey> keys)
    {
        var table = new TextTable("NAME", "DISPLAY NAME", "CREATED", "REVOKED");
        foreach (var key in keys)
        {
            table.Add(key.Name, key.DisplayName, Amounts.Time(key.CreateTime), Amounts.Time(key.RevokeTime));
        }

        return table.ToString();
    }
}
