namespace Transformer2.Kernels.Attention;

/// <summary>Rows that are computed together: neighbouring queries of a sequence x the heads that share one head of keys and values, query by query.</summary>
internal readonly unsafe struct AttentionTile
{
    /// <summary>Tokens of a segment where blocks allow it; longer segments need more scratch, shorter ones more merges.</summary>
    private const int WantedSegmentTokens = 512;

    public KvLayout Layout { get; init; }

    public AttentionSequence Sequence { get; init; }

    /// <summary>The head of keys and values.</summary>
    public int KvHead { get; init; }

    /// <summary>Heads of queries that share it.</summary>
    public int Sharing { get; init; }

    /// <summary>The first query, counted from the first of the sequence.</summary>
    public int FirstQuery { get; init; }

    /// <summary>How many queries.</summary>
    public int QueryCount { get; init; }

    /// <summary>The rows' queries, scaled, [rows, headDim].</summary>
    public float* Queries { get; init; }

    public int Rows => QueryCount * Sharing;

    /// <summary>Tokens of a segment: whole blocks. Segments begin at the same positions for every query.</summary>
    public int SegmentTokens => TokensOfSegment(Layout);

    public int SumAt => Layout.ValueStride;

    public int LargestAt => Layout.ValueStride + 1;

    /// <summary>Floats of a row's state, whole vectors.</summary>
    public int StateFloats => Layout.ValueStride + KvLayout.Granule;

    public int SegmentBegin => From(0) / SegmentTokens;

    public int SegmentEnd => ((End(Rows - 1) - 1) / SegmentTokens) + 1;

    public static int TokensOfSegment(in KvLayout layout) => Math.Max(1, WantedSegmentTokens / layout.BlockTokens) * layout.BlockTokens;

    public void* Block(int block) => Sequence.Blocks[block];

    /// <summary>The first segment of which a row sees something.</summary>
    public int FirstSegment(int row) => From(row) / SegmentTokens;

    /// <summary>The positions of a segment that a row sees; empty if the end is not behind the beginning.</summary>
    public (int From, int End) Visible(int row, int segment) =>
        (Math.Max(From(row), segment * SegmentTokens), Math.Min(End(row), (segment + 1) * SegmentTokens));

    /// <summary>The positions of a segment that any row sees.</summary>
    public (int From, int End) Visible(int segment) => (Visible(0, segment).From, Visible(Rows - 1, segment).End);

    public float* Output(int row)
    {
        var (query, head) = Math.DivRem(row, Sharing);
        return Sequence.Output + ((FirstQuery + query) * Sequence.OutputStride) + ((((long)KvHead * Sharing) + head) * Layout.HeadDim);
    }

    public float* Query(int row)
    {
        var (query, head) = Math.DivRem(row, Sharing);
        return Sequence.Query + ((FirstQuery + query) * Sequence.QueryStride) + ((((long)KvHead * Sharing) + head) * Layout.HeadDim);
    }

    private int From(int row) => Sequence.Window == 0 ? 0 : Math.Max(0, End(row) - Sequence.Window);

    private int End(int row) => Sequence.Position + FirstQuery + (row / Sharing) + 1;
}
