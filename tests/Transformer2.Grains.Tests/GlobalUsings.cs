global using Transformer2.Abstractions;
global using Transformer2.Tests.Doubles;
