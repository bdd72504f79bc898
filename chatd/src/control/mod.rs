//! stub until merge
#![allow(missing_docs)]
use std::path::*; use std::sync::*; use std::sync::atomic::*; use std::net::*; use std::time::Duration;
use crate::{registry::Registry, store, telemetry::Telemetry, wire, domain::id::Time};
use tokio::sync::{mpsc,oneshot}; use chat_proto::control::*;
pub struct Context { pub registry: Registry, pub readers: store::Readers, pub stats: store::StatsHandle, pub telemetry: Arc<Telemetry>, pub shared: Arc<wire::session::Shared>, pub steer: mpsc::Sender<Steer>, pub facts: Arc<Facts> }
pub struct Facts { pub started_at: Time, pub control_socket: PathBuf, pub config_source: String, pub listeners: Vec<(&'static str, SocketAddr)>, pub is_draining: AtomicBool, pub config_loaded_at: AtomicU64 }
pub enum Steer { Reload(oneshot::Sender<Result<ReloadResult, String>>), Check(Option<PathBuf>, oneshot::Sender<CheckResult>), Drain { timeout: Option<Duration>, answer: oneshot::Sender<Accepted> }, Stop { answer: oneshot::Sender<Accepted> } }
pub fn bind(_p: &Path) -> Result<(), std::io::Error> { Ok(()) }
pub async fn serve(_l: (), _c: Context, stop: tokio_util::sync::CancellationToken) { stop.cancelled().await }
