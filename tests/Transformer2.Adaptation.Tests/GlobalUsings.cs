global using Transformer2.Experts;
global using Transformer2.TestKit;
