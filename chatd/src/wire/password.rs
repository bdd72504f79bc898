//! Compares the server's password (`server.password`) with what a client gave.

/// Whether they are the same. All of `given` is looked at, so that the time tells nothing of how much of it was right.
#[must_use]
pub(super) fn is_equal(expected: &str, given: &str) -> bool {
    let (expected, given) = (expected.as_bytes(), given.as_bytes());
    let differing = given.iter().enumerate().fold(0, |differing, (index, byte)| {
        differing | (byte ^ expected.get(index).copied().unwrap_or(!byte))
    });
    std::hint::black_box(differing) == 0 && expected.len() == given.len()
}

#[cfg(test)]
mod tests {
    use super::is_equal;

    #[test]
    fn only_the_whole_password_is_equal() {
        assert!(is_equal("secret", "secret"));
        for given in ["", "secre", "secret!", "Secret", "secres"] {
            assert!(!is_equal("secret", given), "{given}");
        }
    }
}
