using System.Reflection;
using Transformer2.Engine;

namespace Transformer2.Architecture.Tests;

/// <summary>No tensor type crosses the engine's boundary.</summary>
public sealed class EngineBoundaryTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly string[] Inside = ["TorchSharp", "Transformer2.Modeling"];

    [Fact]
    public void The_public_surface_of_the_engine_names_no_tensor_type()
    {
        var leaks =
            from type in typeof(IInferenceEngine).Assembly.GetExportedTypes()
            from named in TypesNamedBy(type).SelectMany(WithParts)
            where Inside.Contains(named.Assembly.GetName().Name)
            select $"{type.FullName} names {named.FullName}";
        Assert.Empty(leaks.Distinct());
    }

    private static IEnumerable<Type> TypesNamedBy(Type type)
    {
        IEnumerable<Type?> bases = [type.BaseType, .. type.GetInterfaces()];
        var members = type.GetMembers(Declared).Where(IsVisible).SelectMany(member => member switch
        {
            FieldInfo field => [field.FieldType],
            PropertyInfo property => [property.PropertyType],
            EventInfo @event => [@event.EventHandlerType!],
            MethodInfo method => [method.ReturnType, .. method.GetParameters().Select(parameter => parameter.ParameterType)],
            ConstructorInfo constructor => constructor.GetParameters().Select(parameter => parameter.ParameterType),
            _ => Enumerable.Empty<Type>(),
        });
        return bases.OfType<Type>().Concat(members);
    }

    private static bool IsVisible(MemberInfo member) => member switch
    {
        FieldInfo field => field.IsPublic || field.IsFamily,
        MethodBase method => method.IsPublic || method.IsFamily,
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisible),
        _ => true,
    };

    private static IEnumerable<Type> WithParts(Type type) =>
        new[] { type }
            .Concat(type.IsGenericType ? type.GetGenericArguments().SelectMany(WithParts) : [])
            .Concat(type.HasElementType ? WithParts(type.GetElementType()!) : []);
}
