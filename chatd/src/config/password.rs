//! Passwords for OPER as argon2 PHC strings. Both functions take tens of milliseconds and megabytes on purpose:
//! call them on a blocking thread, never in the owner.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params};

/// Hashes a password with a new salt.
///
/// # Errors
/// If the operating system gives no random numbers.
pub fn hash(plain: &str) -> Result<String, Error> {
    Argon2::default().hash_password(plain.as_bytes()).map(|hash| hash.to_string())
}

/// Whether `plain` is the password that `phc` was made from; `false` if `phc` is no such string.
pub fn verify(plain: &str, phc: &str) -> bool {
    let hash = PasswordHash::new(phc);
    hash.is_ok_and(|hash| Argon2::default().verify_password(plain.as_bytes(), &hash).is_ok())
}

/// Whether [`verify`] could ever say yes to `phc`.
pub(super) fn is_hash(phc: &str) -> bool {
    let Ok(hash) = PasswordHash::new(phc) else { return false };
    let known = Algorithm::try_from(hash.algorithm.as_str()).is_ok();
    known && hash.salt.is_some() && hash.hash.is_some() && Params::try_from(&hash).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_that_was_hashed_verifies() {
        let phc = hash("correct horse").unwrap();
        assert!(phc.starts_with("$argon2id$") && is_hash(&phc));
        assert!(verify("correct horse", &phc));
        assert!(!verify("correct horse ", &phc));
        assert!(!verify("correct horse", "correct horse"));
    }

    #[test]
    fn the_same_password_hashes_differently_each_time() {
        assert_ne!(hash("x").unwrap(), hash("x").unwrap());
    }

    #[test]
    fn plain_text_and_other_hashes_are_no_hash() {
        for other in
            ["", "secret", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuu", "$argon2id$v=19$m=19456,t=2,p=1"]
        {
            assert!(!is_hash(other), "{other}");
        }
    }
}
