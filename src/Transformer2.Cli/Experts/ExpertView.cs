using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary>Experts as text.</summary>
internal static class ExpertView
{
    public static string Details(Expert expert)
    {
        var table = Facts(expert);
        foreach (var reason in expert.QuarantineReasons)
        {
            table.Add("quarantine", reason);
        }

        return table.ToString();
    }

    private static TextTable Facts(Expert expert) => new TextTable()
        .Add("name", expert.Name)
        .Add("display name", expert.DisplayName)
        .Add("task", expert.Task)
        .Add("description", expert.Description)
        .Add("modules", expert.Modules)
        .Add("matrices", expert.MatrixCount)
        .Add("parameters", expert.ParameterCount)
        .Add("size", Amounts.Bytes(expert.SizeBytes))
        .Add("sha256", expert.Digest)
        .Add("base model", expert.BaseFingerprint)
        .Add("decomposition", expert.DecompositionFingerprint)
        .Add("uploaded", Amounts.Time(expert.CreateTime))
        .Add("etag", expert.Etag);

    public static string Table(IEnumerable<Expert> experts)
    {
        var table = new TextTable("ID", "DISPLAY NAME", "TASK", "MODULES", "PARAMETERS", "SIZE", "UPLOADED", "");
        foreach (var expert in experts)
        {
            table.Add(
                expert.ExpertId,
                expert.DisplayName,
                expert.Task,
                expert.Modules,
                expert.ParameterCount,
                Amounts.Bytes(expert.SizeBytes),
                Amounts.Time(expert.CreateTime),
                expert.QuarantineReasons.Count > 0 ? "quarantine" : "");
        }

        return table.ToString();
    }
}
