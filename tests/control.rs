//! The real chatctl against a real daemon: what it shows, what it changes, how it fails.

mod changing;
mod draining;
mod failing;
mod looking;
mod saving;
mod schema;
mod shell;
mod steering;
