[assembly: AssemblyFixture(typeof(Transformer2.Grains.Tests.GrainCluster))]
