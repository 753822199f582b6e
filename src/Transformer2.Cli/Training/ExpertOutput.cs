using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Training.Reports;

namespace Transformer2.Cli;

/// <summary>
/// The expert file that a training makes. While the training is unfinished, a file of its name with <c>.checkpoint</c> behind it holds the course.
/// </summary>
internal sealed record ExpertOutput(string Path)
{
    private string Checkpoint => Path + ".checkpoint";

    /// <summary>Runs the training, which is given where to keep its course, and whom to tell how far it is.</summary>
    /// <exception cref="InputException">The checkpoint is of another training.</exception>
    public T Train<T>(CliHost host, Func<string, IProgress<TrainingProgress>, T> run)
    {
        using var progress = new TrainingLine(host);
        try
        {
            return run(Checkpoint, progress);
        }
        catch (CheckpointException exception)
        {
            throw new InputException($"'{Checkpoint}' cannot be resumed: {exception.Message} Choose another output, or delete it.");
        }
    }

    /// <summary>Writes the file.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="vector">The multipliers.</param>
    /// <param name="about">What it was trained for, and how.</param>
    /// <param name="modules">The kinds of matrices that were trained.</param>
    public void Write(LocalModel model, ExpertVector vector, ExpertMetadata about, string modules = "mlp") => ExpertFile.Write(Path, vector, about with
    {
        BaseModel = model.Layout.BaseModel,
        Decomposition = model.Layout.Decomposition,
        Mask = "direct",
        Renormalization = "none",
        Modules = modules,
    });

    /// <summary>Ends the training: everything is written.</summary>
    public void Finish() => File.Delete(Checkpoint);
}
