[assembly: AssemblyFixture(typeof(Transformer2.Gateway.Tests.PlatformFixture))]
