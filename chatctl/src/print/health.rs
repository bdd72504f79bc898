//! How the daemon is, in a word and in a line.
//!
//! Owns the words and the colours for health, the same wherever it is shown.

use chat_proto::control::{Health, HealthCondition, HealthState};

use super::text::{Span, Style, plain, styled};

/// `healthy`, `degraded` or `failing`.
pub(crate) fn word(state: HealthState) -> &'static str {
    match state {
        HealthState::Ok => "healthy",
        HealthState::Degraded => "degraded",
        HealthState::Failing => "failing",
    }
}

/// `● chatd 0.1.0 on chat.example: degraded: history read-only`.
pub(crate) fn headline(version: &str, server: &str, health: &Health) -> [Span; 3] {
    let style = style(health.state);
    let titles: Vec<_> = health.conditions.iter().map(|one| one.title.as_str()).collect();
    let mut state = word(health.state).to_owned();
    if !titles.is_empty() {
        state.push_str(&format!(": {}", titles.join(", ")));
    }
    [styled(style, "● "), plain(format!("chatd {version} on {server}: ")), styled(style, state)]
}

/// `degraded: history read-only: 9 MiB are free`.
pub(crate) fn condition(one: &HealthCondition) -> Span {
    // It is never well by itself.
    let severity = one.severity.max(HealthState::Degraded);
    styled(style(severity), format!("{}: {}: {}", word(severity), one.title, one.detail))
}

fn style(state: HealthState) -> Style {
    match state {
        HealthState::Ok => Style::Green,
        HealthState::Degraded => Style::Yellow,
        HealthState::Failing => Style::Red,
    }
}
