using Transformer2.Experts;
using Transformer2.Tokenization;
using Transformer2.Training.Adapters;
using Transformer2.Training.Corpus;
using Transformer2.Training.Experts;
using Transformer2.Training.Lora;
using Transformer2.Training.Objectives;
using Transformer2.Training.Reports;

namespace Transformer2.Cli;

/// <summary>What a training made; the adapter itself is in the unit's folder.</summary>
/// <param name="Parameters">How many were trained.</param>
/// <param name="Best">The look at the validation questions that the state was kept for.</param>
/// <param name="Looks">All of them, the base model's first.</param>
/// <param name="Losses">Of every step.</param>
/// <param name="Rewards">Likewise, where there are some.</param>
/// <param name="Divergences">Likewise: KL from the base model.</param>
internal sealed record TrainedAdapter(
    long Parameters,
    ValidationLook Best,
    IReadOnlyList<ValidationLook> Looks,
    IReadOnlyList<double> Losses,
    IReadOnlyList<double> Rewards,
    IReadOnlyList<double> Divergences);

/// <summary>Trains an adapter on a category's families, without the unseen one. Goes on from its checkpoint.</summary>
/// <param name="category">The category.</param>
/// <param name="options">What is trained, and how.</param>
/// <param name="sizes">How many validation questions.</param>
/// <param name="on">Another base model; null is the bundled one.</param>
internal sealed class AdapterTrainingUnit(Category category, TaskTrainingOptions options, LabSizes sizes, SecondBaseUnit? on = null) : LabUnit<TrainedAdapter>
{
    private const string FileName = "adapter.safetensors";

    /// <summary>What it learns.</summary>
    public Category Category => category;

    /// <summary>What is trained, and how.</summary>
    public TaskTrainingOptions Options => options;

    /// <inheritdoc/>
    public override string Name => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"train {CorpusGenerator.LabelOf(category)} {options.Adapter.Kind} {options.Adapter.Modules} {options.Objective} {options.LearningRate}{(on is null ? "" : " second base")}");

    /// <inheritdoc/>
    public override object Settings => new { Category = category.ToString(), Options = options, sizes.ValidationQuestions, sizes.TrainQuestions };

    /// <inheritdoc/>
    public override IReadOnlyList<ILabUnit> Needs => on is null ? [] : [on];

    /// <inheritdoc/>
    public override double Effort => options.Objective == TrainingObjectives.Reinforce ? 100 : 45;

    /// <summary>The adapter, for the model that it was trained on.</summary>
    public AdapterWeights Weights(LabRun run)
    {
        var path = Path.Combine(run.Store.FolderOf(this), FileName);
        return options.Adapter.Kind == AdapterOptions.Lora ? LoraFile.Read(path) : new SvfWeights(Vector(run));
    }

    /// <summary>The same as an expert's file.</summary>
    public string ExpertFileOf(LabRun run) => Path.Combine(run.Store.FolderOf(this), FileName);

    /// <summary>The same as multipliers.</summary>
    public ExpertVector Vector(LabRun run)
    {
        var layout = on is null ? run.Layout : LocalFolder.Use(on.ModelFolder(run), Modeling.Svf.Decomposition.LayoutOf);
        return ExpertFile.ReadLenient(File.ReadAllBytes(ExpertFileOf(run)), layout).Vector;
    }

    /// <inheritdoc/>
    protected override Task<TrainedAdapter> ResultAsync(LabRun run, CancellationToken cancellationToken) =>
        Task.FromResult(Train(run, run.Model(on?.ModelFolder(run), cancellationToken), cancellationToken));

    private TrainedAdapter Train(LabRun run, LocalModel model, CancellationToken cancellationToken)
    {
        var output = new ExpertOutput(ExpertFileOf(run));
        var job = new ExpertTrainingJob(
            Questions(CorpusGenerator.LabelOf(category), CategoryTask.FamiliesOf(category), sizes.TrainQuestions),
            new ChatTaskEncoder(ModelTokenizer.Load(on?.ModelFolder(run) ?? run.ModelFolder, run.Host.Time)),
            options)
        {
            Guard = Questions("other categories", TaskFamilies.All.Where(family => family.Category != category && !family.Unseen), train: 1), // none is learned from
            BaseModel = model.Layout.BaseModel,
        };
        var trained = output.Train(run.Host, (checkpoint, progress) =>
            new MultiExpertTraining(model.Decoder, [job with { CheckpointPath = checkpoint, Progress = progress }]).Run(cancellationToken)[0]);
        Write(output, model, trained.Adapter, trained.Best.Step);
        output.Finish();
        return new TrainedAdapter(trained.Adapter.ParameterCount, trained.Best, trained.Looks, trained.Losses, trained.Rewards, trained.Divergences);
    }

    private TaskWithoutTest Questions(string name, IEnumerable<TaskFamily> families, int train) => new(new CategoryTask(name, families, options.Seed, train, sizes.ValidationQuestions));

    private void Write(ExpertOutput output, LocalModel model, AdapterWeights adapter, int bestStep)
    {
        if (adapter is LoraWeights lora)
        {
            LoraFile.Write(output.Path, lora);
            return;
        }

        var label = CorpusGenerator.LabelOf(category);
        var modules = options.Adapter.Modules switch { "mlp" => "mlp", "attention" or "qv" => "attention", _ => "all" };
        output.Write(
            model,
            ((SvfWeights)adapter).Vector,
            new ExpertMetadata
            {
                Task = label,
                Description = $"{options.Objective} on the {label} families of the generated corpus.",
                Lineage = string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"t2 lab reproduce: {Name}, seed {options.Seed}, {options.Steps} steps, state of step {bestStep}"),
            },
            modules);
    }
}
