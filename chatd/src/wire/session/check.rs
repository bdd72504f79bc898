//! Checking an operator's password away from the session's task, one at a time in the whole daemon. An unknown name takes as
//! long as a known one. Draws no conclusion.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::time::timeout;

use super::Shared;
use crate::config::{LoginRole, password};
use crate::domain::command::{Operator, Role};

/// How long a check waits for those before it; then it counts as wrong.
const CHECK_WAIT: Duration = Duration::from_secs(10);

/// What a check has found.
pub(super) struct Checked {
    /// The name given with OPER.
    pub(super) name: Box<str>,
    /// The label of the line.
    pub(super) label: Option<Arc<str>>,
    /// Who that is, if the password was right.
    pub(super) operator: Option<Arc<Operator>>,
}

/// Compares a password with the one that the configuration has for this name.
pub(super) async fn check(
    shared: Arc<Shared>,
    name: Box<str>,
    given: Box<str>,
    label: Option<Arc<str>>,
) -> Checked {
    let config = shared.config();
    let login = config.control.operators.iter().find(|login| *login.name == *name).cloned();
    let hash = login.as_ref().map(|login| login.password.clone());
    let is_right = match timeout(CHECK_WAIT, shared.checks.acquire()).await {
        Ok(Ok(_permit)) => {
            let check = move || password::verify(&given, hash.as_deref().unwrap_or_else(|| nobodys_hash()));
            matches!(tokio::task::spawn_blocking(check).await, Ok(true))
        }
        _ => false,
    };
    let operator = login.filter(|_| is_right).map(|login| {
        let role = match login.role {
            LoginRole::Admin => Role::Admin,
            LoginRole::Operator => Role::Operator,
        };
        Arc::new(Operator { name: login.name.as_str().into(), role })
    });
    Checked { name, label, operator }
}

/// The hash of a password that nobody has, made once; as slow as a check, and for the same threads.
fn nobodys_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| password::hash("nobody has this password").unwrap_or_default())
}
