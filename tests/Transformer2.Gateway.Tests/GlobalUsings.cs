global using Transformer2.Tests.Doubles;
