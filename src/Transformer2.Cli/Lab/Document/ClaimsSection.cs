namespace Transformer2.Cli;

/// <summary>What is found again and what is not; of claims whose units are not done it says so.</summary>
internal static class ClaimsSection
{
    public static void Write(LabPage page)
    {
        page.Write("## What reproduces, and what does not");
        page.Write($"""
            Verdicts are computed, by one rule for all that says "better": {BetterClaim.Rule}. Cells are categories (trained tasks) or unseen families, with the difference in points and \* where it is
            significant. The claim on shots is reproduced where the most shots are significantly better than the fewest in no search, and not where they are in all; that on the first pass where it takes less than
            half of the second for all families, and not where for none. The paper's own figures have no intervals; its models have thousands of times the parameters.
            """);
        var table = new MarkdownTable("claim of the paper", "there", "here", "verdict");
        foreach (var claim in LabClaims.All)
        {
            if (claim.Needs(page.Plan).All(page.Run.Store.Has))
            {
                var (found, verdict) = claim.Judge(page);
                table.Add(claim.Text, claim.Paper, found, Name(verdict));
            }
            else
            {
                table.Add(claim.Text, claim.Paper, "", "not computed yet");
            }
        }

        page.Write(table);
    }

    private static string Name(ClaimVerdict verdict) => verdict switch
    {
        ClaimVerdict.Reproduced => "**reproduced**",
        ClaimVerdict.Partly => "partly",
        ClaimVerdict.Opposite => "**the opposite**",
        _ => "**not reproduced**",
    };
}
