using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary>Data sets as text.</summary>
internal static class DatasetView
{
    public static string Details(Dataset dataset) => new TextTable()
        .Add("name", dataset.Name)
        .Add("train", dataset.TrainCount)
        .Add("validation", dataset.ValidationCount)
        .Add("test", dataset.TestCount)
        .Add("duplicates", dataset.DuplicateCount)
        .Add("size", Amounts.Bytes(dataset.SizeBytes))
        .Add("sha256", dataset.Digest)
        .Add("uploaded", Amounts.Time(dataset.CreateTime))
        .ToString();

    public static string Table(IEnumerable<Dataset> datasets)
    {
        var table = new TextTable("ID", "TRAIN", "VALIDATION", "TEST", "SIZE", "UPLOADED");
        foreach (var dataset in datasets)
        {
            table.Add(
                AdaptationView.ShortOf(dataset.Name),
                dataset.TrainCount,
                dataset.ValidationCount,
                dataset.TestCount,
                Amounts.Bytes(dataset.SizeBytes),
                Amounts.Time(dataset.CreateTime));
        }

        return table.ToString();
    }
}
