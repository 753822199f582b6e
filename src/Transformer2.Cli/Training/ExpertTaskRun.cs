using System.Globalization;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Tokenization;
using Transformer2.Training.Adapters;
using Transformer2.Training.Corpus;
using Transformer2.Training.Lora;
using Transformer2.Training.Objectives;
using Transformer2.Training.Reports;
using Transformer2.Training.Tasks;

namespace Transformer2.Cli;

/// <summary>The training of an adapter on families of the generated corpus, by any objective.</summary>
internal sealed record ExpertTaskRun(
    string Model,
    string Category,
    IReadOnlyList<string> Families,
    string Output,
    TaskTrainingOptions Options,
    int? Threads,
    string? LossCurveFile,
    string? CurveFile,
    Placement Placement)
{
    private const int TrainQuestions = 400;
    private const int ValidationQuestions = 60;

    /// <exception cref="InputException">The training cannot be done with this model, the checkpoint is of another one, or it diverged.</exception>
    public ExpertTrainingResult Run(CliHost host, CancellationToken cancellationToken)
    {
        TrainingThreads.Use(Threads);
        using var model = LocalModel.Load(Model, decompose: true, host, cancellationToken, Placement);
        var category = Enum.Parse<Category>(Category, ignoreCase: true);
        TaskFamily[] families = [.. CategoryTask.FamiliesOf(category).Where(family => Families.Count == 0 || Families.Contains(family.Name))];
        var others = TaskFamilies.All.Where(family => family.Category != category && !family.Unseen);
        var output = new ExpertOutput(Output);
        try
        {
            var job = new ExpertTrainingJob(Task(string.Join('+', families.Select(family => family.Name)), families), new ChatTaskEncoder(ModelTokenizer.Load(Model, host.Time)), Options)
            {
                Guard = Task("other categories", others),
                BaseModel = model.Layout.BaseModel,
            };
            var trained = output.Train(host, (checkpoint, progress) =>
                new MultiExpertTraining(model.Decoder, [job with { CheckpointPath = checkpoint, Progress = progress }]).Run(cancellationToken)[0]);
            Write(output, model, trained.Adapter, trained.Best.Step);
            if (CurveFile is not null)
            {
                LearningCurve.Save(
                    CurveFile, $"{Options.Objective}: {Category}", trained.Losses, trained.Rewards, [.. trained.Looks.Select(look => (look.Step, look.Own.Value))], trained.Divergences);
            }

            ExpertTrainingRun.SaveLossCurve(LossCurveFile, Category, trained.Losses);
            output.Finish();
            return new ExpertTrainingResult(
                Output, Category, trained.Adapter.ParameterCount, trained.Best.Step, [.. trained.Looks.Select(ExpertTrainingLook.Of)], Options.Objective, trained.Losses.Count);
        }
        catch (Exception exception) when (exception is ArgumentException or VerificationException or TrainingDivergedException or TokenizerException or ChatTemplateException)
        {
            throw new InputException(exception.Message);
        }
    }

    private CategoryTask Task(string name, IEnumerable<TaskFamily> families) => new(name, families, Options.Seed, TrainQuestions, ValidationQuestions);

    private void Write(ExpertOutput output, LocalModel model, AdapterWeights adapter, int bestStep)
    {
        var lineage = string.Create(
            CultureInfo.InvariantCulture,
            $"t2 train expert --category {Category} --objective {Options.Objective} --adapter {Options.Adapter.Kind} --modules {Options.Adapter.Modules} --seed {Options.Seed} --steps {Options.Steps}, state of step {bestStep}");
        var description = $"{Options.Objective} on the {Category} families of the generated corpus.";
        if (adapter is LoraWeights lora)
        {
            LoraFile.Write(Output, lora, new Dictionary<string, string> { ["t2.base_model"] = model.Layout.BaseModel, ["t2.description"] = description, ["t2.lineage"] = lineage });
            return;
        }

        var modules = Options.Adapter.Modules switch { "mlp" => "mlp", "attention" or "qv" => "attention", _ => "all" };
        output.Write(model, ((SvfWeights)adapter).Vector, new ExpertMetadata { Task = Category, Description = description, Lineage = lineage }, modules);
    }
}
