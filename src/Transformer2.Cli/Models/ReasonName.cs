using System.Text.Json;
using Transformer2.Engine;

namespace Transformer2.Cli;

/// <summary>Reasons of the engine by the names that a server has for them, such as <c>PROMPT_TOO_LONG</c>.</summary>
internal static class ReasonName
{
    public static string Of(EngineError reason) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(reason.ToString());
}
