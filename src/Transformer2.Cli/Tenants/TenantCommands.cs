using System.CommandLine;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary><c>t2 tenant</c>: administers tenants.</summary>
internal static class TenantCommands
{
    public static Command Create(GlobalOptions global) => new("tenant", "Tenants; needs an admin key.")
    {
        TenantCreate(global),
        TenantList(global),
        TenantShow(global),
    };

    /// <summary>The argument that names a tenant.</summary>
    public static Argument<string> Id() => new("tenant") { Description = "Id of the tenant" };

    private static Command TenantCreate(GlobalOptions global)
    {
        var id = Id();
        var displayName = new Option<string>("--display-name") { Description = "A name for people", HelpName = "text" };
        var command = new Command("create", "Creates a tenant. It has no key yet: see key create.") { id, displayName };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Admin);
            var tenant = await client.Tenants.CreateAsync(parsed.GetValue(id)!, parsed.GetValue(displayName) ?? "", cancellationToken);
            global.Printer(parsed).Print(tenant, () => Table([tenant]));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command TenantList(GlobalOptions global)
    {
        var command = new Command("list", "Lists all tenants.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Admin);
            var tenants = await client.Tenants.ListAsync(cancellationToken: cancellationToken).ToListAsync(cancellationToken);
            global.Printer(parsed).PrintList("tenants", tenants, () => Table(tenants));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command TenantShow(GlobalOptions global)
    {
        var id = Id();
        var command = new Command("show", "Describes a tenant.") { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Admin);
            var tenant = await client.Tenants.GetAsync(parsed.GetValue(id)!, cancellationToken);
            global.Printer(parsed).Print(tenant, () => Table([tenant]));
            return ExitCode.Success;
        });
        return command;
    }

    private static string Table(IEnumerable<Tenant> tenants)
    {
        var table = new TextTable("ID", "DISPLAY NAME", "CREATED");
        foreach (var tenant in tenants)
        {
            table.Add(tenant.TenantId, tenant.DisplayName, Amounts.Time(tenant.CreateTime));
        }

        return table.ToString();
    }
}
