//! A body that is one JSON object a line and does not end.
//!
//! Owns splitting and the watch for silence; it must never interpret a line.

use std::time::Duration;

use chat_proto::control::STREAM_HEARTBEAT_MS;
use http_body_util::BodyExt;
use hyper::body::{Bytes, Frame, Incoming};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::CallError;

/// Three heartbeats missed: the connection is dead even if nobody has closed it.
const SILENCE: Duration = Duration::from_millis(3 * STREAM_HEARTBEAT_MS);

/// No line is longer; an IRC message with all its tags has less than nine thousand bytes.
const LINE_LIMIT_BYTES: usize = 1024 * 1024;

/// The lines of an open stream.
pub(crate) struct Lines {
    body: Incoming,
    /// What has arrived; `taken` bytes of it have been handed out.
    pending: Vec<u8>,
    taken: usize,
}

impl Lines {
    pub(super) fn new(body: Incoming) -> Self {
        Self { body, pending: Vec::new(), taken: 0 }
    }

    /// The next line. A stream never ends well: its end is an error, too.
    pub(crate) async fn next<T: DeserializeOwned>(&mut self) -> Result<T, CallError> {
        loop {
            if let Some(length) = self.pending[self.taken..].iter().position(|&byte| byte == b'\n') {
                let line = &self.pending[self.taken..self.taken + length];
                let parsed =
                    serde_json::from_slice(line).map_err(|cause| CallError::Garbled(cause.to_string()));
                self.taken += length + 1;
                return parsed;
            }
            self.fill().await?;
        }
    }

    /// Bytes of a body that goes on with something else than lines; nothing at its end.
    pub(crate) async fn bytes(&mut self) -> Result<Option<Bytes>, CallError> {
        if self.taken < self.pending.len() {
            let rest = self.pending.split_off(self.taken);
            self.pending.clear();
            self.taken = 0;
            return Ok(Some(rest.into()));
        }
        match self.frame().await? {
            None => Ok(None),
            Some(frame) => Ok(Some(frame.into_data().unwrap_or_default())),
        }
    }

    /// Whether a whole line is there that can be read without waiting.
    pub(crate) fn has_more(&self) -> bool {
        self.pending[self.taken..].contains(&b'\n')
    }

    async fn fill(&mut self) -> Result<(), CallError> {
        self.pending.drain(..self.taken);
        self.taken = 0;
        if self.pending.len() > LINE_LIMIT_BYTES {
            return Err(CallError::Garbled(format!("a line has more than {LINE_LIMIT_BYTES} bytes")));
        }
        let frame = self.frame().await?;
        let frame = frame.ok_or_else(|| CallError::Broken("the daemon ended the stream".into()))?;
        self.pending.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
        Ok(())
    }

    async fn frame(&mut self) -> Result<Option<Frame<Bytes>>, CallError> {
        let frame = timeout(SILENCE, self.body.frame()).await;
        let frame = frame.map_err(|_| CallError::Broken(format!("nothing was heard for {SILENCE:?}")))?;
        frame.transpose().map_err(|cause| CallError::Broken(format!("the connection broke: {cause}")))
    }
}
