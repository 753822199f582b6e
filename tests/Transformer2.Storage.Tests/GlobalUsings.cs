global using Transformer2.TestKit;
