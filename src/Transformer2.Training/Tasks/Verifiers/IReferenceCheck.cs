namespace Transformer2.Training.Tasks.Verifiers;

/// <summary>A verifier that can tell whether a reference is usable before there is an answer: whoever loads data asks it line by line.</summary>
public interface IReferenceCheck
{
    /// <summary>What is wrong with a reference.</summary>
    /// <returns>A sentence for people; null when nothing is.</returns>
    string? Fault(string reference);
}
