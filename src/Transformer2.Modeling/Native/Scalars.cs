using TorchSharp;

namespace Transformer2.Modeling.Native;

/// <summary>
/// Scalar operands of tensor operations. TorchSharp 0.107 hands a scalar's native handle to libtorch and does not keep the managed object
/// alive meanwhile: the finalizer of an implicit temporary may free it during the call ("Unknown scalar type"). Scalars from here live long enough.
/// </summary>
public static class Scalars
{
    // Far more than the operations that run at once.
    private const int Kept = 4096;

    private static readonly Scalar[] Recent = new Scalar[Kept];
    private static int _next;

    /// <summary>The whole number one, as which it fits tensors of every type.</summary>
    public static Scalar One { get; } = 1L;

    /// <summary>x + y. The operator makes a scalar of its own, the factor of y, which may be freed during the call.</summary>
    public static torch.Tensor Plus(this torch.Tensor x, torch.Tensor y) => x.add(y, One);

    /// <summary>x + y, likewise.</summary>
    public static torch.Tensor Plus(this torch.Tensor x, Scalar y) => x.add(y, One);

    /// <summary>Minus infinity, for attention masks.</summary>
    public static Scalar NegativeInfinity { get; } = float.NegativeInfinity;

    /// <summary>A scalar that is not collected before thousands of others have been made.</summary>
    public static Scalar Of(double value) => Keep(value);

    /// <summary>The same for whole numbers: a tensor of integers stays one.</summary>
    public static Scalar Whole(long value) => Keep(value);

    private static Scalar Keep(Scalar scalar)
    {
        Recent[(uint)Interlocked.Increment(ref _next) % Kept] = scalar;
        return scalar;
    }
}
