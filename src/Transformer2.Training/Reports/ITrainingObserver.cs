using Transformer2.Training.Experts;

namespace Transformer2.Training.Reports;

/// <summary>Is told what a training's checkpoint holds, on the training's thread. What it throws ends the run; the checkpoint holds the course.</summary>
public interface ITrainingObserver
{
    /// <summary>The training goes on from a checkpoint.</summary>
    /// <param name="steps">The steps that it has done; of them only what a checkpoint keeps is told.</param>
    /// <param name="looks">What it has seen on the validation questions.</param>
    void Restored(IReadOnlyList<TrainingProgress> steps, IReadOnlyList<ValidationLook> looks);

    /// <summary>It has looked at the validation questions, and written its checkpoint.</summary>
    void Looked(ValidationLook look);
}
