//! Which host names may be shown to others. Never resolves anything.

/// Longest host name in bytes without its final dot (RFC 1035 §2.3.4, written form).
const NAME_MAX: usize = 253;
/// Longest label in bytes (RFC 1035 §2.3.4).
const LABEL_MAX: usize = 63;

/// Whether `host` may stand for a client or a server: labels of letters, digits and inner hyphens
/// (RFC 1123 §2.1), joined by dots, with at least one dot so that it cannot be taken for a nick.
///
/// A final dot is allowed (`services.`). Names beyond ASCII must come in their punycode form.
pub fn is_hostname(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host);
    host.contains('.') && name.len() <= NAME_MAX && name.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let bytes = label.as_bytes();
    (1..=LABEL_MAX).contains(&bytes.len())
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
        && bytes.first() != Some(&b'-')
        && bytes.last() != Some(&b'-')
}

#[cfg(test)]
mod tests {
    use super::is_hostname;

    #[test]
    fn empty_labels_are_no_host_names() {
        for host in [".", "..", "a..b", ".a.b", "a.b..", "a-.b", "a.-b"] {
            assert!(!is_hostname(host), "{host:?}");
        }
    }

    #[test]
    fn a_label_has_at_most_63_bytes() {
        assert!(is_hostname(&format!("{}.org", "a".repeat(63))));
        assert!(!is_hostname(&format!("{}.org", "a".repeat(64))));
    }

    #[test]
    fn a_name_has_at_most_253_bytes() {
        let labels = format!("{}.", "a".repeat(63)).repeat(3);
        assert!(is_hostname(&format!("{labels}{}", "b".repeat(61))));
        assert!(is_hostname(&format!("{labels}{}.", "b".repeat(61))));
        assert!(!is_hostname(&format!("{labels}{}", "b".repeat(62))));
    }
}
