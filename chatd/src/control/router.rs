//! The table of routes with the role that each needs, and the gate before them.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post, put};
use chat_proto::control::path;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::peer::{Person, role_of};
use super::problem::Failure;
use super::pulse::Pulse;
use super::request_id::RequestId;
use super::top::Seen;
use super::trace::trace;
use super::{
    Context, audit, backup, clients, config, daemon, database, desk, history, host, kick, log, metrics,
    probe, rooms, say, status, top, watch,
};
use crate::domain::command::{Operator, Role};

/// What handlers share.
#[derive(Clone, Debug)]
pub(super) struct App {
    /// What the API looks at and asks.
    pub(super) context: Context,
    /// Ends streams.
    pub(super) stop: CancellationToken,
    /// Places for streams; see [`STREAMS_MAX`].
    pub(super) streams: Arc<Semaphore>,
    /// How much happens each second.
    pub(super) pulse: Pulse,
    /// What those saw who asked who is busy.
    pub(super) seen: Seen,
}

impl App {
    pub(super) fn new(context: Context, pulse: Pulse, stop: CancellationToken) -> Self {
        let streams = Arc::new(Semaphore::new(STREAMS_MAX));
        Self { context, stop, streams, pulse, seen: Seen::default() }
    }
}

/// Streams at a time. Fewer than connections, so that watchers who have gone to sleep never keep an admin from acting.
pub(super) const STREAMS_MAX: usize = 48;

/// Whoever asks; an extension of every request that has passed the gate. The name is `unix:NAME`, so that the audit can tell
/// it from a name given with `OPER`.
#[derive(Clone, Debug)]
pub(super) struct Asker(pub(super) Operator);

/// Marks the names of operators who come by the control socket.
pub(super) const UNIX: &str = "unix:";

/// Every route, once for each method.
fn table() -> Vec<(&'static str, Role, MethodRouter<App>)> {
    use Role::{Admin, Operator, Viewer};
    vec![
        (path::STATUS, Viewer, get(status::show)),
        (path::TOP, Viewer, get(top::show)),
        (path::METRICS, Viewer, get(metrics::show)),
        (path::HEALTH, Viewer, get(probe::health)),
        (path::READY, Viewer, get(probe::ready)),
        (path::CLIENTS, Viewer, get(clients::list)),
        (path::CLIENT, Viewer, get(clients::show)),
        (path::ROOMS, Viewer, get(rooms::list)),
        (path::ROOM, Viewer, get(rooms::show)),
        (path::DESK, Viewer, get(desk::list)),
        (path::HISTORY, Viewer, get(history::show)),
        (path::WATCH, Viewer, get(watch::stream)),
        (path::LOG, Viewer, get(log::stream)),
        (path::AUDIT, Viewer, get(audit::list)),
        (path::KICK, Operator, post(kick::kick)),
        (path::HOST, Operator, post(host::set)),
        (path::SAY, Operator, post(say::say)),
        (path::BACKUP, Admin, post(backup::take)),
        (path::DB, Viewer, get(database::show)),
        (path::DB_CHECK, Admin, post(database::check)),
        (path::DB_VACUUM, Admin, post(database::vacuum)),
        (path::CONFIG, Admin, get(config::show)),
        (path::CONFIG_DIFF, Admin, get(config::diff)),
        (path::RELOAD, Admin, post(config::reload)),
        (path::RELOAD_CONFIRM, Admin, post(config::confirm)),
        (path::RELOAD_UNDO, Admin, post(config::undo)),
        (path::CHECK, Admin, post(daemon::check)),
        (path::DRAIN, Admin, post(daemon::drain)),
        (path::UNDRAIN, Admin, post(daemon::undrain)),
        (path::STOP, Admin, post(daemon::stop)),
        (path::LOG, Admin, put(log::set)),
    ]
}

/// The whole API. Each request must carry the [`Person`] at the other end of its connection as an extension.
pub(super) fn router(app: App) -> Router {
    let mut router = Router::new();
    for (path, needs, handlers) in table() {
        let gate = from_fn_with_state((app.clone(), needs), gate);
        router = router.route(path, handlers.route_layer(gate));
    }
    router
        .fallback(no_such_path)
        .method_not_allowed_fallback(wrong_method)
        .with_state(app)
        .layer(from_fn(trace))
}

/// Lets a request pass whose sender has the role, and notes who it is.
async fn gate(State((app, needs)): State<(App, Role)>, mut request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    match admit(&app, needs, extensions.get(), extensions.get()) {
        Ok(asker) => {
            request.extensions_mut().insert(asker);
            next.run(request).await
        }
        Err(failure) => failure.into_response(),
    }
}

fn admit(
    app: &App,
    needs: Role,
    person: Option<&Person>,
    request: Option<&RequestId>,
) -> Result<Asker, Failure> {
    let person = person.ok_or_else(|| Failure::not_permitted("the system does not tell who is asking"))?;
    // Anew for each request: a reload may have changed it.
    let role = role_of(person, app.context.facts.owner, &app.context.shared.config().control);
    permit(person, role, needs, request)
}

/// Whether a role is enough.
fn permit(
    person: &Person,
    role: Option<Role>,
    needs: Role,
    request: Option<&RequestId>,
) -> Result<Asker, Failure> {
    match role {
        Some(role) if role >= needs => {
            let name: Arc<str> = format!("{UNIX}{}", person.name).into();
            Ok(Asker(Operator { name, role }))
        }
        _ => {
            let (user, needed) = (&person.name, needs.as_str());
            let has = role.map_or("no role", Role::as_str);
            let request = request.map(RequestId::as_str);
            tracing::warn!(request, %user, has, needed, "refused on the control socket");
            let detail = format!("the user {user} has {has} here and this needs the role {needed}");
            Err(Failure::not_permitted(detail).hint(format!(
                "an admin can add {user} to control.{needed}-users, or a group of {user} to control.{needed}-groups, and reload"
            )))
        }
    }
}

async fn no_such_path(uri: Uri) -> Failure {
    let detail = format!("the control API has no path {}", uri.path());
    Failure::no_such_object(detail).hint(format!("paths begin with /v1; try GET {}", path::STATUS))
}

async fn wrong_method(method: Method, uri: Uri) -> Failure {
    let detail = format!("{} does not take {method}", uri.path());
    Failure::plain(StatusCode::METHOD_NOT_ALLOWED, detail).hint("the Allow header says what it takes")
}
