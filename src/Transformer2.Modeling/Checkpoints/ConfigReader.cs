using System.Collections.Frozen;
using System.Text.Json;

namespace Transformer2.Modeling.Checkpoints;

/// <summary>
/// Reads <c>config.json</c> as Hugging Face's own classes do (absent fields have the family's defaults), and refuses what it does not
/// understand: a field that is not known passes only when it is null, false, zero or empty.
/// </summary>
internal sealed class ConfigReader
{
    private readonly ConfigFields _fields;
    private readonly ModelFamily _family;

    private ConfigReader(ConfigFields fields, ModelFamily family)
    {
        _fields = fields;
        _family = family;
    }

    // What transformers and common tools write and no forward pass reads: bookkeeping, training, token ids, outputs and defaults of generation.
    private static FrozenSet<string> Harmless { get; } = FrozenSet.Create(
        "architectures", "transformers_version", "torch_dtype", "dtype", "use_cache", "initializer_range", "attention_dropout", "hidden_dropout",
        "resid_pdrop", "embd_pdrop", "bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id", "decoder_start_token_id", "forced_bos_token_id",
        "forced_eos_token_id", "suppress_tokens", "begin_suppress_tokens", "bad_words_ids", "return_dict", "use_return_dict", "output_attentions",
        "output_hidden_states", "output_scores", "return_dict_in_generate", "torchscript", "use_bfloat16", "tf_legacy_loss", "is_decoder",
        "attn_implementation", "gradient_checkpointing", "chunk_size_feed_forward", "problem_type", "finetuning_task", "task_specific_params",
        "id2label", "label2id", "num_labels", "prefix", "tokenizer_class", "model_max_length", "max_sequence_length", "do_sample", "temperature", "top_k", "top_p", "typical_p",
        "min_length", "max_length", "early_stopping", "num_beams", "num_beam_groups", "num_return_sequences", "diversity_penalty", "length_penalty",
        "repetition_penalty", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "exponential_decay_length_penalty", "remove_invalid_values",
        "unsloth_version", "unsloth_fixed");

    public static ModelConfig Read(JsonElement root)
    {
        var fields = new ConfigFields(root, "");
        var name = fields.Text("model_type") ?? throw new CheckpointException($"config.json: model_type is missing; supported: {Supported()}.");
        foreach (var family in Enum.GetValues<ModelFamily>())
        {
            if (name == ConfigWriter.ModelType(family)) return new ConfigReader(fields, family).Read();
        }

        throw fields.Refusal("model_type", $"supported: {Supported()}");
    }

    private static string Supported() => string.Join(", ", Enum.GetValues<ModelFamily>().Select(ConfigWriter.ModelType));

    private ModelConfig Read()
    {
        RefuseOtherModels();
        var heads = _fields.Whole("num_attention_heads");
        var hidden = _fields.Whole("hidden_size");
        var context = _fields.Whole("max_position_embeddings", _family switch { ModelFamily.Llama => 2048, ModelFamily.Mistral => 131072, _ => 32768 });
        var layers = _fields.Whole("num_hidden_layers", most: 10_000);
        var headDim = HeadDim(hidden, heads);
        var (theta, scaling) = RopeReader.Read(_fields, context, headDim);
        var config = new ModelConfig
        {
            Family = _family,
            VocabularySize = _fields.Whole("vocab_size"),
            HiddenSize = hidden,
            IntermediateSize = _fields.Whole("intermediate_size"),
            Layers = layers,
            Heads = heads,
            KeyValueHeads = KeyValueHeads(heads),
            HeadDim = headDim,
            ContextLength = context,
            RmsNormEpsilon = _fields.Number("rms_norm_eps", absent: 1e-6, least: 0, most: 1, open: true),
            RopeTheta = theta,
            RopeScaling = scaling,
            Window = Window(layers),
            TiedEmbeddings = _fields.Flag("tie_word_embeddings", absent: false),
            AttentionBias = AttentionBias(),
            MlpBias = MlpBias(),
        };
        _fields.RefuseUnknown(field => field.StartsWith('_') || Harmless.Contains(field));
        return config;
    }

    // Fields that this decoder has an answer to, but not a choice.
    private void RefuseOtherModels()
    {
        var architecture = ConfigWriter.Architecture(_family);
        if (_fields.Texts("architectures") is { } architectures && architectures.Any(name => name != architecture))
            throw _fields.Refusal("architectures", $"supported for model_type {ConfigWriter.ModelType(_family)}: {architecture}");
        if (_fields.Find("auto_map") is { } map
            && (map.ValueKind is not JsonValueKind.Object || map.EnumerateObject().Any(entry => entry.Name.StartsWith("AutoModel", StringComparison.Ordinal))))
            throw _fields.Refusal("auto_map", "a model with code of its own is not supported");
        _fields.Require("quantization_config", "quantised weights are not supported");
        _fields.Require("hidden_act", "supported: silu", "\"silu\"", "\"swish\"");
        _fields.Require("pretraining_tp", "slices of tensor-parallel training are not supported, only 1", "1");
        _fields.Require("partial_rotary_factor", "rotating a part of each head is not supported, only 1", "1", "1.0");
        _fields.Require("is_causal", "only causal attention is supported", "true");
        var normalised = _family is ModelFamily.Qwen3 ? "true" : "false";
        _fields.Require("use_qk_norm", $"in this family it is {normalised}", normalised);
        _fields.Require("qk_norm", $"in this family it is {normalised}", normalised);
    }

    private int HeadDim(int hidden, int heads)
    {
        var headDim = _fields.OptionalWhole("head_dim")
            ?? (_family is ModelFamily.Qwen3 ? 128
            : hidden % heads == 0 ? hidden / heads
            : throw new CheckpointException($"config.json: num_attention_heads {heads} does not divide hidden_size {hidden}, and head_dim is absent."));
        return headDim % 2 == 0 ? headDim : throw new CheckpointException($"config.json: head_dim {headDim} is odd; rotary embedding needs an even one.");
    }

    private int KeyValueHeads(int heads)
    {
        // The classes' own defaults; null is one per query head in all of them.
        var absent = _fields.Has("num_key_value_heads") ? heads : _family switch { ModelFamily.Llama => heads, ModelFamily.Mistral => 8, _ => 32 };
        var keyValueHeads = _fields.Whole("num_key_value_heads", absent);
        return heads % keyValueHeads == 0
            ? keyValueHeads
            : throw new CheckpointException($"config.json: num_key_value_heads {keyValueHeads} does not divide num_attention_heads {heads}.");
    }

    private bool AttentionBias()
    {
        if (_family is ModelFamily.Llama or ModelFamily.Qwen3) return _fields.Flag("attention_bias", absent: false);
        var biased = _family is ModelFamily.Qwen2;
        _fields.Require("attention_bias", biased ? "qwen2 always has biases on q, k and v" : "mistral has no biases", biased ? "true" : "false");
        return biased;
    }

    private bool MlpBias()
    {
        if (_family is ModelFamily.Llama) return _fields.Flag("mlp_bias", absent: false);
        _fields.Require("mlp_bias", "this family has no biases in its MLP", "false");
        return false;
    }

    private AttentionWindow? Window(int layers)
    {
        const int published = 4096; // the classes' default
        var sliding = LayerTypes(layers);
        if (_family is ModelFamily.Llama) return Window(null, sliding ?? new bool[layers]);

        var length = _fields.Has("sliding_window") ? _fields.OptionalWhole("sliding_window") : published;
        if (_family is ModelFamily.Mistral)
        {
            if (length is not null) _fields.Require("use_sliding_window", "in mistral sliding_window alone decides: null is none", "true");
            return Window(length, sliding ?? [.. Enumerable.Repeat(length is not null, layers)], everywhere: true);
        }

        var firstSliding = _fields.Whole("max_window_layers", absent: 28, least: 0);
        if (!_fields.Flag("use_sliding_window", absent: false)) length = null;
        return Window(length, sliding ?? [.. Enumerable.Range(0, layers).Select(layer => length is not null && layer >= firstSliding)]);
    }

    private AttentionWindow? Window(int? length, bool[] sliding, bool everywhere = false)
    {
        var layers = sliding.Index().Where(layer => layer.Item).Select(layer => layer.Index).ToArray();
        if (layers.Length > 0 && length is null) throw _fields.Refusal("layer_types", "the model has no sliding window");
        if (everywhere && length is not null && layers.Length < sliding.Length) throw _fields.Refusal("layer_types", "in this family every layer slides or none");
        return layers.Length == 0 ? null : new AttentionWindow(length!.Value, layers);
    }

    private bool[]? LayerTypes(int layers)
    {
        const string sliding = "sliding_attention", full = "full_attention";
        if (_fields.Texts("layer_types") is not { } types) return null;
        if (types.Length != layers) throw _fields.Refusal("layer_types", $"it has {types.Length} entries for {layers} layers");
        return types.FirstOrDefault(type => type is not (sliding or full)) is { } other
            ? throw _fields.Refusal("layer_types", $"'{other}' is not supported; supported: {full}, {sliding}")
            : [.. types.Select(type => type is sliding)];
    }
}
