using Transformer2.Adaptation.Classification;

namespace Transformer2.Adaptation.Tests.Classification;

public sealed class ClassificationTemplateTests
{
    private static readonly ClassificationCategory[] Categories =
    [
        new("code", "asks for a program", HasTarget: true),
        new("math", "asks to calculate", HasTarget: true),
        new("other", "", HasTarget: false),
    ];

    [Fact]
    public void The_nano_template_is_what_the_bundled_model_was_trained_on()
    {
        var template = ClassificationTemplates.Default("nano");
        Assert.Same(ClassificationTemplates.Nano, template);
        Assert.Equal(new RenderedClassification(null, "classify: 1+1?", ""), template.Render(Categories, "1+1?"));
        Assert.Equal("", template.Suffix);
    }

    [Fact]
    public void Any_other_model_gets_the_papers_template()
    {
        var template = ClassificationTemplates.Default("llama-3-8b");
        Assert.Same(ClassificationTemplates.Paper, template);
        var (system, user, prefix) = template.Render(Categories, "1+1?");
        Assert.Contains("\ncode: asks for a program\nmath: asks to calculate\nother\n", system!.ReplaceLineEndings("\n"));
        Assert.EndsWith("Classification: \\boxed{category}", system);
        Assert.Equal("1+1?", user);
        Assert.Equal("math", BoxedLabel.ParseStrict(prefix + "math" + template.Suffix, ["math"]));
    }

    [Fact]
    public void The_templates_that_come_along_are_valid_and_have_names_of_their_own()
    {
        Assert.All(ClassificationTemplates.All, template => template.Validate());
        Assert.Equal(["nano", "paper"], ClassificationTemplates.All.Select(template => template.Name));
    }

    [Fact]
    public void What_is_inserted_is_never_expanded_again()
    {
        var template = new ClassificationTemplate { Name = "t", Version = 1, System = "{categories}", User = "<{prompt}> {question} {PROMPT} $1" };
        ClassificationCategory[] categories = [new("{prompt}", "{categories} $0", HasTarget: true)];
        var rendered = template.Render(categories, "{categories}{prompt}$&");
        Assert.Equal("{prompt}: {categories} $0", rendered.System);
        Assert.Equal("<{categories}{prompt}$&> {question} {PROMPT} $1", rendered.User);
    }

    [Fact]
    public void Places_may_meet() => Assert.Equal(
        "code: asks for a program\nmath: asks to calculate\notherx",
        new ClassificationTemplate { Name = "t", Version = 1, User = "{categories}{prompt}" }.Render(Categories, "x").User);

    [Fact]
    public void Unfit_templates_are_refused_for_their_reason()
    {
        var valid = new ClassificationTemplate { Name = "t", Version = 1, User = "{prompt}" };
        var longest = new string('x', ClassificationTemplate.MaxPartBytes);
        (valid with { System = longest, AnswerPrefix = longest, Suffix = longest }).Validate();
        Assert.Equal(ClassificationError.TemplateTooLong, Reason(valid with { System = longest + "x" }));
        Assert.Equal(ClassificationError.TemplateTooLong, Reason(valid with { User = longest + "{prompt}" }));
        Assert.Equal(ClassificationError.TemplateTooLong, Reason(valid with { AnswerPrefix = longest + "x" }));
        Assert.Equal(ClassificationError.TemplateTooLong, Reason(valid with { Suffix = new string('\u00e9', (ClassificationTemplate.MaxPartBytes / 2) + 1) }));
        Assert.Equal(ClassificationError.TemplatePlaceholder, Reason(valid with { User = "no place" }));
        Assert.Equal(ClassificationError.TemplatePlaceholder, Reason(valid with { User = "{prompt}{prompt}" }));
        Assert.Equal(ClassificationError.TemplatePlaceholder, Reason(valid with { System = "{prompt}" }));
        Assert.Equal(ClassificationError.TemplatePlaceholder, Reason(valid with { System = "{categories}", User = "{categories}{prompt}" }));
        Assert.Equal(ClassificationError.TemplateName, Reason(valid with { Name = " " }));
        Assert.Equal(ClassificationError.TemplateName, Reason(valid with { Version = 0 }));
        Assert.Equal(ClassificationError.TemplatePlaceholder, Assert.Throws<ClassificationException>(() => (valid with { User = "" }).Render(Categories, "x")).Reason);
        Assert.Equal(ClassificationError.NoCategory, Assert.Throws<ClassificationException>(() => valid.Render([], "x")).Reason);
    }

    private static ClassificationError Reason(ClassificationTemplate template) => Assert.Throws<ClassificationException>(template.Validate).Reason;
}
