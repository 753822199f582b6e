using System.CommandLine;
using Transformer2.Training.Reports;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary>Files for the course of a job.</summary>
internal sealed class TrainJobFiles
{
    private readonly Option<string> _csv = new("--csv") { Description = "CSV file for the course of the training", HelpName = "file" };
    private readonly Option<string> _chart = new("--chart") { Description = "SVG file for a drawing of it", HelpName = "file" };

    public void AddTo(Command command)
    {
        command.Add(_csv);
        command.Add(_chart);
    }

    /// <exception cref="UsageException">A file cannot be written.</exception>
    public Course Read(ParseResult parsed) => new(
        parsed.GetValue(_csv) is { } csv ? OutputPath.OfFile(csv, "--csv") : null,
        parsed.GetValue(_chart) is { } chart ? OutputPath.OfFile(chart, "--chart") : null);

    /// <summary>What was told of a job, and where it is written to; neither file is needed.</summary>
    internal sealed class Course(string? csv, string? chart)
    {
        private readonly SortedDictionary<int, TrainingStep> _steps = [];
        private readonly SortedDictionary<int, ValidationPoint> _looks = [];

        /// <summary>The last step.</summary>
        public TrainingStep? Last { get; private set; }

        /// <summary>The last look.</summary>
        public ValidationPoint? Look { get; private set; }

        /// <summary>Takes what is new.</summary>
        public void Add(V1.Training training)
        {
            foreach (var step in training.Steps)
            {
                Last = _steps[step.Step] = step;
            }

            foreach (var look in training.Validation)
            {
                Look = _looks[look.Step] = look;
            }
        }

        /// <summary>A job with all that was told of it.</summary>
        public V1.Training Complete(V1.Training training)
        {
            var whole = training.Clone();
            whole.Steps.Clear();
            whole.Validation.Clear();
            whole.Steps.Add(_steps.Values);
            whole.Validation.Add(_looks.Values);
            return whole;
        }

        /// <summary>Writes the files.</summary>
        public void Save(string title)
        {
            double[] losses = [.. _steps.Values.Select(step => step.Loss)];
            double[] rewards = [.. _steps.Values.Where(step => step.HasReward).Select(step => step.Reward)];
            double[] divergences = [.. _steps.Values.Where(step => step.HasKl).Select(step => step.Kl)];
            (int, double)[] looks = [.. _looks.Values.Where(look => look.Count > 0).Select(look => (look.Step, (double)look.Right / look.Count))];
            if (csv is not null)
            {
                LearningCurve.SaveCsv(csv, losses, rewards, looks, divergences);
            }

            if (chart is not null)
            {
                LearningCurve.SaveChart(chart, title, losses, rewards, looks);
            }
        }
    }
}
