namespace Transformer2.Tokenization;

/// <summary>What a piece of a SentencePiece model is; the numbers of the file.</summary>
internal enum PieceType
{
    /// <summary>Text.</summary>
    Normal = 1,

    /// <summary>Stands for what no piece can express.</summary>
    Unknown = 2,

    /// <summary>Stands for no text.</summary>
    Control = 3,

    /// <summary>Text that is always one piece.</summary>
    UserDefined = 4,

    /// <summary>Never given out.</summary>
    Unused = 5,

    /// <summary>One byte.</summary>
    Byte = 6,
}

/// <summary>An entry of the vocabulary; its id is its position.</summary>
internal readonly record struct SentencePiece(string Text, float Score, PieceType Type);

/// <summary>A SentencePiece model (<c>tokenizer.model</c>): the fields of <c>sentencepiece_model.proto</c> that bear on encoding and decoding.</summary>
internal sealed class SentencePieceFile
{
    private const int Bpe = 2;
    private int _modelType = 1;

    private SentencePieceFile(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    Pieces.Add(Piece(reader.Bytes()));
                    break;
                case 2:
                    ReadTrainer(reader.Bytes());
                    break;
                case 3:
                    ReadNormalizer(reader.Bytes());
                    break;
                case 5:
                    RequireNoDenormalizer(reader.Bytes());
                    break;
            }
        }
        if (Pieces.Count == 0)
            throw new TokenizerException("The SentencePiece model has no pieces.");
        if (_modelType != Bpe)
        {
            var kind = _modelType switch { 1 => "unigram", 3 => "word", 4 => "char", _ => $"number {_modelType}" };
            throw new TokenizerException($"The SentencePiece model type '{kind}' is not supported.");
        }
    }

    public List<SentencePiece> Pieces { get; } = [];

    public bool ByteFallback { get; private set; }

    public string UnknownSurface { get; private set; } = " \u2047 ";

    public string BosPiece { get; private set; } = "<s>";

    public string EosPiece { get; private set; } = "</s>";

    public bool SpaceAsSuffix { get; private set; }

    public bool AddDummyPrefix { get; private set; } = true;

    public bool RemoveExtraSpaces { get; private set; } = true;

    public bool EscapeSpaces { get; private set; } = true;

    /// <summary>What characters become before anything else, or null.</summary>
    public Charsmap? Charsmap { get; private set; }

    public static SentencePieceFile Read(ReadOnlySpan<byte> bytes) => new(bytes);

    private static SentencePiece Piece(ReadOnlySpan<byte> message)
    {
        var (text, score, type) = ("", 0f, PieceType.Normal);
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    text = reader.Text();
                    break;
                case 2:
                    score = reader.Single();
                    break;
                case 3:
                    type = (PieceType)reader.Integer();
                    break;
            }
        }
        return new SentencePiece(text, score, type);
    }

    private static void RequireNoDenormalizer(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field == 2 && !reader.Bytes().IsEmpty)
                throw new TokenizerException("A SentencePiece model with rules of its own for the way back (denormalizer_spec) is not supported.");
        }
    }

    private void ReadTrainer(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 3:
                    _modelType = reader.Integer();
                    break;
                case 24:
                    SpaceAsSuffix = reader.Flag();
                    break;
                case 35:
                    ByteFallback = reader.Flag();
                    break;
                case 44:
                    UnknownSurface = reader.Text();
                    break;
                case 46:
                    BosPiece = reader.Text();
                    break;
                case 47:
                    EosPiece = reader.Text();
                    break;
            }
        }
    }

    private void ReadNormalizer(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2:
                    Charsmap = reader.Bytes().IsEmpty ? null : new Charsmap(reader.Bytes());
                    break;
                case 3:
                    AddDummyPrefix = reader.Flag();
                    break;
                case 4:
                    RemoveExtraSpaces = reader.Flag();
                    break;
                case 5:
                    EscapeSpaces = reader.Flag();
                    break;
            }
        }
    }
}
