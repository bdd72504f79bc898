//! Patterns in which `*` stands for any text.

/// Whether `text` fits `pattern` as a whole.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[test]
fn a_star_stands_for_any_text_and_everything_else_for_itself() {
    for (pattern, text) in
        [("", ""), ("*", ""), ("a*c", "abc"), ("a*c", "ac"), ("*b*", "abc"), ("a*b*b", "abb")]
    {
        assert!(glob(pattern, text), "{pattern} {text}");
    }
    for (pattern, text) in [("", "a"), ("a", "ab"), ("a*c", "abcd"), ("ab*b", "ab"), ("*x*", "abc")] {
        assert!(!glob(pattern, text), "{pattern} {text}");
    }
}
