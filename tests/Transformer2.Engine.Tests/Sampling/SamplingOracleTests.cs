using System.Text.Json;
using Transformer2.Experts;
using Transformer2.TestKit;

namespace Transformer2.Engine.Tests.Sampling;

/// <summary>The distributions that Hugging Face transformers' logits processors give.</summary>
public sealed class SamplingOracleTests
{
    private const double Tolerance = 1e-6;

    [Fact]
    public void Every_case_has_the_references_probabilities()
    {
        using var golden = SafetensorsFile.Open(SharedFiles.Path("oracles/sampling/sampling.safetensors"));
        using var cases = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Path("oracles/sampling/sampling.json")));
        var vocabulary = (int)golden.Tensor("logits").Shape[1];
        var logits = golden.ReadSingles("logits").Chunk(vocabulary).ToArray();
        var history = golden.ReadInt64s("history").Chunk((int)golden.Tensor("history").Shape[1]).ToArray();
        var seen = 0;
        foreach (var golds in cases.RootElement.GetProperty("cases").EnumerateArray())
        {
            var number = golds.GetProperty("case").GetInt32();
            var expected = golden.ReadSingles($"probs.{number}").Chunk(vocabulary).ToArray();
            for (var row = 0; row < logits.Length; row++)
            {
                var sampler = new Sampler(Options(golds.GetProperty("options")), [], 0);
                foreach (var id in history[row]) sampler.Count((int)id);
                using var distribution = sampler.Distribution([.. logits[row]]);
                var got = new double[vocabulary];
                for (var i = 0; i < distribution.Count; i++) got[distribution.Id(i)] = distribution.Probability(i);
                for (var id = 0; id < vocabulary; id++)
                {
                    Assert.True(Math.Abs(expected[row][id] - got[id]) <= Tolerance, $"case {number}, row {row}, token {id}: {got[id]} instead of {expected[row][id]}");
                    Assert.True(expected[row][id] != 0 || got[id] == 0, $"case {number}, row {row}, token {id} is removed");
                }
            }

            seen++;
        }

        Assert.Equal(23, seen);
    }

    private static SamplingOptions Options(JsonElement options)
    {
        return new SamplingOptions(Number("temperature", 1), Number("top_p", 1), (int)Number("top_k", 0))
        {
            MinP = Number("min_p", 0),
            RepetitionPenalty = Number("repetition_penalty", 1),
            FrequencyPenalty = Number("frequency_penalty", 0),
            PresencePenalty = Number("presence_penalty", 0),
        };

        double Number(string name, double otherwise) => options.TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;
    }
}
