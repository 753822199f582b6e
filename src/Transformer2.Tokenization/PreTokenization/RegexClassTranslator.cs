using System.Text;

namespace Transformer2.Tokenization;

/// <summary>The part of <see cref="RegexTranslator"/> that rewrites <c>[…]</c>.</summary>
internal sealed class RegexClassTranslator(RegexTranslator pattern)
{
    private readonly StringBuilder _members = new();
    private readonly List<string> _negatedMembers = [];

    /// <summary>Takes everything after the opening bracket and gives an expression that matches one character.</summary>
    public string Translate()
    {
        var negated = pattern.Take("^");
        for (var first = true; first || !pattern.Take("]"); first = false)
            Member(first);
        // \S, \P{L} and the like are not the inside of a class over the projection; they become alternatives.
        List<string> alternatives = [.. _negatedMembers.Select(m => $"[^{m}]")];
        if (_members.Length > 0)
            alternatives.Add($"[{_members}]");
        var any = string.Join('|', alternatives);
        if (negated)
            return _negatedMembers.Count == 0 ? $"[^{_members}]" : $@"(?:(?!{any})[\u0000-\uFFFF])";
        return alternatives.Count == 1 ? any : $"(?:{any})";
    }

    private void Member(bool first)
    {
        if (pattern.TryClassEscape(out var escape, out var negated))
        {
            if (negated)
                _negatedMembers.Add(escape);
            else
                _members.Append(escape);
            return;
        }
        if (pattern.Peek() == '[' || (pattern.Peek() == '&' && pattern.Peek(1) == '&') || (first && pattern.Peek() == ']'))
            throw pattern.Unsupported("nested class");
        var low = pattern.Literal();
        if (pattern.Peek() != '-' || pattern.Peek(1) == ']')
        {
            _members.Append(pattern.CharacterMembers(low));
            return;
        }
        pattern.Take("-");
        if (pattern.TryClassEscape(out _, out _))
            throw pattern.Unsupported("range");
        var high = pattern.Literal();
        if (high < low || (low <= '\uF8FF' && high >= '\uD800'))
            throw pattern.Unsupported("range");
        _members.Append(pattern.RangeMembers(low, high));
    }
}
