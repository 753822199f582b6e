namespace Transformer2.Abstractions;

/// <summary>
/// Stable names of errors: the public contract, never renamed. What each means for a caller is its
/// <see cref="ErrorCatalogue.KindOf">kind</see>.
/// </summary>
public static class ErrorReason
{
    /// <summary>Unexpected; details are in the log only.</summary>
    public const string Internal = "INTERNAL";

    /// <summary>No key was sent.</summary>
    public const string ApiKeyMissing = "API_KEY_MISSING";

    /// <summary>The key is mistyped, unknown or revoked.</summary>
    public const string ApiKeyInvalid = "API_KEY_INVALID";

    /// <summary>Only an admin key may do this.</summary>
    public const string AdminKeyRequired = "ADMIN_KEY_REQUIRED";

    /// <summary>Only a tenant's key may do this.</summary>
    public const string TenantKeyRequired = "TENANT_KEY_REQUIRED";

    /// <summary>A call inside the platform reached for another tenant's grain.</summary>
    public const string TenantMismatch = "TENANT_MISMATCH";

    /// <summary>A field has a value outside its range. Metadata: <c>field</c>.</summary>
    public const string InvalidField = "INVALID_FIELD";

    /// <summary>The bytes of a message are not what the contract says.</summary>
    public const string MalformedMessage = "MALFORMED_MESSAGE";

    /// <summary>There is nothing to answer.</summary>
    public const string PromptEmpty = "PROMPT_EMPTY";

    /// <summary>The prompt is larger than the platform takes, or than the model's context.</summary>
    public const string PromptTooLong = "PROMPT_TOO_LONG";

    /// <summary>The model's vocabulary cannot express the prompt.</summary>
    public const string PromptNotEncodable = "PROMPT_NOT_ENCODABLE";

    /// <summary>The model's chat template refuses the messages.</summary>
    public const string ChatTemplate = "CHAT_TEMPLATE";

    /// <summary>The mixture's terms or weights make no sense.</summary>
    public const string InvalidMixture = "INVALID_MIXTURE";

    /// <summary>The dispatch policy makes no sense. Metadata: <c>field</c>.</summary>
    public const string InvalidPolicy = "INVALID_POLICY";

    /// <summary>No expert fits the prompt, and the policy wants no other answer. Metadata: <c>fallback_reason</c>.</summary>
    public const string DispatchRefused = "DISPATCH_REFUSED";

    /// <summary>The examples of a few-shot search, or of a classifier's training, make no sense. Metadata: <c>cause</c>, and where it is one line's <c>line</c>.</summary>
    public const string InvalidExamples = "INVALID_EXAMPLES";

    /// <summary>No score of a few-shot search is a number.</summary>
    public const string ScoreNotFinite = "SCORE_NOT_FINITE";

    /// <summary>The tenant has no such adaptation.</summary>
    public const string AdaptationNotFound = "ADAPTATION_NOT_FOUND";

    /// <summary>The tenant has another adaptation of this id.</summary>
    public const string AdaptationExists = "ADAPTATION_EXISTS";

    /// <summary>The tenant has as many adaptations as it may.</summary>
    public const string AdaptationQuota = "ADAPTATION_QUOTA";

    /// <summary>The tenant has no such training.</summary>
    public const string TrainingNotFound = "TRAINING_NOT_FOUND";

    /// <summary>The model computes nothing but what is no number any more: the learning rate was too high.</summary>
    public const string TrainingDiverged = "TRAINING_DIVERGED";

    /// <summary>What judges the answers of a training does not, or says what is no reward. Metadata, where the tenant hosts it: <c>cause</c>.</summary>
    public const string RewardFailed = "REWARD_FAILED";

    /// <summary>The lines of a data set make no sense. Metadata: <c>cause</c>, and where it is one line's <c>line</c>.</summary>
    public const string InvalidDataset = "INVALID_DATASET";

    /// <summary>The tenant has no such data set.</summary>
    public const string DatasetNotFound = "DATASET_NOT_FOUND";

    /// <summary>The tenant has another data set of this id.</summary>
    public const string DatasetExists = "DATASET_EXISTS";

    /// <summary>The tenant has as many data sets as it may.</summary>
    public const string DatasetQuota = "DATASET_QUOTA";

    /// <summary>A stored data set is missing or is not what it was.</summary>
    public const string DatasetDamaged = "DATASET_DAMAGED";

    /// <summary>The job was cancelled.</summary>
    public const string Cancelled = "CANCELLED";

    /// <summary>The tenant has no such expert.</summary>
    public const string ExpertNotFound = "EXPERT_NOT_FOUND";

    /// <summary>The tenant has another expert of this id.</summary>
    public const string ExpertExists = "EXPERT_EXISTS";

    /// <summary>The tenant's library is full.</summary>
    public const string ExpertQuota = "EXPERT_QUOTA";

    /// <summary>The expert did not pass the gates of its training, and was not released since.</summary>
    public const string ExpertQuarantined = "EXPERT_QUARANTINED";

    /// <summary>A stored expert file is missing or is not what it was.</summary>
    public const string ExpertDamaged = "EXPERT_DAMAGED";

    /// <summary>The expert changed since it was read.</summary>
    public const string EtagMismatch = "ETAG_MISMATCH";

    /// <summary>Two changes met: repeat.</summary>
    public const string Conflict = "CONFLICT";

    /// <summary>The messages of an upload come in a wrong order, or one is empty or too large.</summary>
    public const string UploadProtocol = "UPLOAD_PROTOCOL";

    /// <summary>The upload stalled or took too long.</summary>
    public const string UploadTimeout = "UPLOAD_TIMEOUT";

    /// <summary>Too many uploads run.</summary>
    public const string UploadsBusy = "UPLOADS_BUSY";

    /// <summary>The file is larger than the platform takes.</summary>
    public const string TooLarge = "TOO_LARGE";

    /// <summary>The file has not the stated size.</summary>
    public const string SizeMismatch = "SIZE_MISMATCH";

    /// <summary>The file has not the stated SHA-256.</summary>
    public const string ChecksumMismatch = "CHECKSUM_MISMATCH";

    /// <summary>The expert was made for another base model. Metadata: <c>expected</c>, <c>actual</c>.</summary>
    public const string BaseMismatch = "BASE_MISMATCH";

    /// <summary>The expert was made for another decomposition. Metadata: <c>expected</c>, <c>actual</c>.</summary>
    public const string DecompositionMismatch = "DECOMPOSITION_MISMATCH";

    /// <summary>No such tenant.</summary>
    public const string TenantNotFound = "TENANT_NOT_FOUND";

    /// <summary>The tenant exists already.</summary>
    public const string TenantExists = "TENANT_EXISTS";

    /// <summary>No more tenants fit.</summary>
    public const string TenantQuota = "TENANT_QUOTA";

    /// <summary>No such key.</summary>
    public const string ApiKeyNotFound = "API_KEY_NOT_FOUND";

    /// <summary>The tenant has as many keys as it may.</summary>
    public const string ApiKeyQuota = "API_KEY_QUOTA";

    /// <summary>The engine's queue is full.</summary>
    public const string Overloaded = "OVERLOADED";

    /// <summary>The call's deadline leaves no time any more to begin: its request waited too long for the engine.</summary>
    public const string QueueTimeout = "QUEUE_TIMEOUT";

    /// <summary>The expert drives the model to values that are not finite.</summary>
    public const string NonFiniteLogits = "NON_FINITE_LOGITS";

    /// <summary>No engine can answer now.</summary>
    public const string EngineUnavailable = "ENGINE_UNAVAILABLE";

    /// <summary>A message is larger than the server reads.</summary>
    public const string MessageTooLarge = "MESSAGE_TOO_LARGE";

    /// <summary>The service has no such method, or the message has an unknown encoding.</summary>
    public const string UnknownMethod = "UNKNOWN_METHOD";

    /// <summary>The server is stopping.</summary>
    public const string Draining = "DRAINING";
}
