#if AZURE_ORLEANS
using Azure.Storage.Blobs;
using Orleans.Hosting;

namespace Transformer2.Storage;

/// <summary>Registers Orleans' own grain storage in Azure Blobs; built with <c>-p:AzureOrleans=true</c> only.</summary>
public static class AzureStorageSetup
{
    /// <summary>Adds grain storage in Azure Blobs, as JSON by System.Text.Json like the embedded storage's.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="name">Name by which grains ask for it.</param>
    /// <param name="blobs">The storage account.</param>
    /// <param name="container">The container, created when absent.</param>
    public static ISiloBuilder AddAzureGrainStorage(this ISiloBuilder silo, string name, BlobServiceClient blobs, string container) =>
        silo.UseSystemTextJsonGrainStorageSerializer().AddAzureBlobGrainStorage(name, options =>
        {
            options.BlobServiceClient = blobs;
            options.ContainerName = container;
        });
}
#endif
