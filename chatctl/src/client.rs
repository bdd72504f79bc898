//! One HTTP/1.1 request over the control socket, with a deadline.
//!
//! Owns connecting, sending and reading; it must never print, and never tries twice.

mod call;
mod stream;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use chat_proto::control::{Problem, code};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;
use tokio::time::timeout;

pub(crate) use call::{Call, fill};
pub(crate) use stream::Lines;

use crate::exit::{Code, Failure};
use crate::socket;

/// No answer is longer; a list of some hundred thousand clients fits.
const ANSWER_LIMIT_BYTES: usize = 256 * 1024 * 1024;

/// Reaches the daemon behind one socket.
pub(crate) struct Client {
    socket: PathBuf,
    deadline: Duration,
}

/// Why a call failed.
#[derive(Debug)]
pub(crate) enum CallError {
    /// The socket cannot be connected to.
    Connect(io::Error),
    /// No answer, or not all of it, in time.
    Deadline(Duration),
    /// The connection ended before the answer did.
    Broken(String),
    /// The daemon said no.
    Refused(Box<Problem>),
    /// The daemon's answer makes no sense to this program.
    Garbled(String),
}

impl Client {
    /// Does not connect yet.
    pub(crate) fn new(socket: PathBuf, deadline: Duration) -> Self {
        Self { socket, deadline }
    }

    /// Sends `call` and reads the whole answer.
    pub(crate) async fn call<T: DeserializeOwned>(&self, call: Call) -> Result<T, Failure> {
        let trying = call.trying.clone();
        self.attempt(call).await.map_err(|cause| self.explain(&trying, cause))
    }

    /// As [`Self::call`], for whom the kind of failure matters.
    pub(crate) async fn attempt<T: DeserializeOwned>(&self, call: Call) -> Result<T, CallError> {
        let answer = timeout(self.deadline, self.answer(call)).await;
        answer.unwrap_or(Err(CallError::Deadline(self.deadline)))
    }

    /// Sends `call` and reads the whole answer, which is no JSON.
    pub(crate) async fn text(&self, call: Call) -> Result<Bytes, Failure> {
        let trying = call.trying.clone();
        let answer =
            timeout(self.deadline, async { read_all(accepted(self.send(call).await?).await?).await });
        let answer = answer.await.unwrap_or(Err(CallError::Deadline(self.deadline)));
        answer.map_err(|cause| self.explain(&trying, cause))
    }

    /// Sends `call` and returns as soon as the answer begins; its lines have their own deadline.
    pub(crate) async fn open(&self, call: Call) -> Result<Lines, CallError> {
        let response = timeout(self.deadline, async { accepted(self.send(call).await?).await }).await;
        Ok(Lines::new(response.unwrap_or(Err(CallError::Deadline(self.deadline)))?.into_body()))
    }

    /// Says what was tried, why it failed and what to do about it.
    pub(crate) fn explain(&self, trying: &str, cause: CallError) -> Failure {
        match cause {
            CallError::Connect(cause) => socket::explain(trying, &self.socket, &cause),
            CallError::Refused(problem) => refused(trying, *problem),
            CallError::Garbled(_) => Failure::with_hint(
                Code::Failed,
                format!("{trying}: {cause}"),
                "chatctl and chatd may be of different versions: compare `chatctl --version` and `chatd --version`",
            ),
            CallError::Deadline(_) => Failure::with_hint(
                Code::Unreachable,
                format!("{trying}: {}: {cause}", self.socket.display()),
                "the daemon may be very busy or stuck: try `chatctl --timeout 60s …`, look at its log",
            ),
            CallError::Broken(_) => Failure::with_hint(
                Code::Unreachable,
                format!("{trying}: {}: {cause}", self.socket.display()),
                "the daemon may just have stopped: look at its log",
            ),
        }
    }

    async fn answer<T: DeserializeOwned>(&self, call: Call) -> Result<T, CallError> {
        let body = read_all(accepted(self.send(call).await?).await?).await?;
        serde_json::from_slice(&body).map_err(|cause| CallError::Garbled(cause.to_string()))
    }

    async fn send(&self, call: Call) -> Result<Response<Incoming>, CallError> {
        let stream = UnixStream::connect(&self.socket).await.map_err(CallError::Connect)?;
        let handshake = hyper::client::conn::http1::handshake::<_, Full<Bytes>>(TokioIo::new(stream)).await;
        let (mut sender, connection) = handshake.map_err(broken)?;
        // The task ends with the connection, at the latest with the runtime; its error shows in the body as well.
        tokio::spawn(connection);
        sender.send_request(call.into_request()?).await.map_err(broken)
    }
}

/// Passes a success on and turns everything else into the problem that it is.
async fn accepted(response: Response<Incoming>) -> Result<Response<Incoming>, CallError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = read_all(response).await?;
    let problem = serde_json::from_slice(&body).unwrap_or_else(|_| bare_problem(status, &body));
    Err(CallError::Refused(Box::new(problem)))
}

/// For whatever answers without a problem document, another program's socket for instance.
fn bare_problem(status: StatusCode, body: &[u8]) -> Problem {
    let title = status.canonical_reason().unwrap_or("unknown status").to_lowercase();
    let said = String::from_utf8_lossy(body).trim().chars().take(200).collect::<String>();
    let detail = if said.is_empty() { format!("{title} ({})", status.as_u16()) } else { said };
    Problem { kind: code::BLANK.into(), title, status: status.as_u16(), detail, hint: None, request_id: None }
}

fn refused(trying: &str, problem: Problem) -> Failure {
    let code = match problem.status {
        401 | 403 => Code::NotPermitted,
        404 => Code::NoSuchObject,
        _ => Code::Failed,
    };
    let message = format!("{trying}: {}{}", problem.detail, request(&problem));
    match problem.hint {
        Some(hint) => Failure::with_hint(code, message, hint),
        None => Failure::new(code, message),
    }
}

/// By which the daemon's log tells more; below a detail of several lines, as a line of its own.
fn request(problem: &Problem) -> String {
    match &problem.request_id {
        None => String::new(),
        Some(id) if problem.detail.contains('\n') => format!("\nrequest {id}"),
        Some(id) => format!(" (request {id})"),
    }
}

async fn read_all(response: Response<Incoming>) -> Result<Bytes, CallError> {
    let body = Limited::new(response.into_body(), ANSWER_LIMIT_BYTES).collect().await;
    Ok(body.map_err(|cause| CallError::Broken(format!("read the answer: {cause}")))?.to_bytes())
}

fn broken(cause: hyper::Error) -> CallError {
    CallError::Broken(format!("the connection broke: {cause}"))
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(cause) => write!(f, "connect: {cause}"),
            Self::Deadline(limit) => write!(f, "no answer within {limit:?}"),
            Self::Broken(cause) => f.write_str(cause),
            Self::Refused(problem) => f.write_str(&problem.detail),
            Self::Garbled(cause) => write!(f, "the answer cannot be read: {cause}"),
        }
    }
}
