//! The watch stream across lost connections.
//!
//! Owns the place to resume from: every entry once, none left out. It must never decide how an entry looks.

use std::time::Duration;

use chat_proto::control::{Entry, WatchLine, path};

use crate::client::{Call, CallError, Client, Lines};
use crate::exit::Failure;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
const TRYING: &str = "watch";

/// What whoever follows is told.
pub(crate) enum News {
    /// Something happened.
    Entry(Entry),
    /// All that was waiting has been told: a good moment to flush.
    CaughtUp,
    /// Something about the stream itself, for stderr.
    Remark(String),
}

/// A stream that opens itself again.
pub(crate) struct Follow<'a> {
    client: &'a Client,
    what: Option<String>,
    last_seq: Option<u64>,
    /// How long to wait before the next attempt; short again once a line has been heard.
    pause: Duration,
}

impl<'a> Follow<'a> {
    /// Follows `what` (names joined by commas), beginning after `since_seq` or now.
    pub(crate) fn new(client: &'a Client, what: Option<String>, since_seq: Option<u64>) -> Self {
        Self { client, what, last_seq: since_seq, pause: FIRST_PAUSE }
    }

    /// Tells `hear` all news until it answers `false`. Only the first connection has to succeed at once.
    pub(crate) async fn run(
        mut self,
        mut hear: impl FnMut(News) -> Result<bool, Failure>,
    ) -> Result<(), Failure> {
        let mut lines = self.open().await.map_err(|cause| self.client.explain(TRYING, cause))?;
        loop {
            let Some(cause) = self.listen(&mut lines, &mut hear).await? else { return Ok(()) };
            hear(News::Remark(format!("watch: connection lost: {cause}; trying again")))?;
            lines = self.open_again().await?;
            hear(News::Remark(self.place()))?;
        }
    }

    async fn open(&self) -> Result<Lines, CallError> {
        let call = Call::get(TRYING, path::WATCH)
            .query("what", self.what.as_ref())
            .query("since_seq", self.last_seq);
        self.client.open(call).await
    }

    /// Tries until it succeeds, or until the daemon is there and says no.
    async fn open_again(&mut self) -> Result<Lines, Failure> {
        loop {
            tokio::time::sleep(self.pause).await;
            self.pause = (self.pause * 2).min(LONGEST_PAUSE);
            match self.open().await {
                Ok(lines) => return Ok(lines),
                Err(CallError::Refused(problem)) if problem.status < 500 => {
                    return Err(self.client.explain(TRYING, CallError::Refused(problem)));
                }
                Err(_) => {}
            }
        }
    }

    /// Listens until the stream breaks (the cause is returned) or `hear` has enough.
    async fn listen(
        &mut self,
        lines: &mut Lines,
        hear: &mut impl FnMut(News) -> Result<bool, Failure>,
    ) -> Result<Option<CallError>, Failure> {
        let mut is_first = true;
        loop {
            let line = match lines.next().await {
                Ok(line) => line,
                Err(CallError::Garbled(cause)) => {
                    return Err(self.client.explain(TRYING, CallError::Garbled(cause)));
                }
                Err(cause) => return Ok(Some(cause)),
            };
            self.pause = FIRST_PAUSE;
            if let Some(news) = self.take(line, is_first)
                && !hear(news)?
            {
                return Ok(None);
            }
            is_first = false;
            if !lines.has_more() {
                hear(News::CaughtUp)?;
            }
        }
    }

    /// Moves the place to resume from and drops what was seen before.
    fn take(&mut self, line: WatchLine, is_first: bool) -> Option<News> {
        match line {
            WatchLine::Entry(entry) => self.passes(entry.seq).then_some(News::Entry(entry)),
            WatchLine::Heartbeat { seq } if is_first && self.last_seq.is_some_and(|last| seq < last) => {
                self.last_seq = Some(seq);
                Some(News::Remark(format!("watch: the daemon's log is another one, it goes on after {seq}")))
            }
            WatchLine::Heartbeat { seq } => {
                self.passes(seq);
                None
            }
            WatchLine::Gap { from_seq, to_seq, reason } => {
                self.passes(to_seq);
                Some(News::Remark(format!("watch: entries {from_seq} to {to_seq} are missing: {reason}")))
            }
            WatchLine::Other => None,
        }
    }

    /// Whether `seq` is new; remembers it if so.
    fn passes(&mut self, seq: u64) -> bool {
        let is_new = self.last_seq.is_none_or(|last| seq > last);
        if is_new {
            self.last_seq = Some(seq);
        }
        is_new
    }

    fn place(&self) -> String {
        match self.last_seq {
            Some(seq) => format!("watch: connected again, resuming after {seq}"),
            None => "watch: connected again".into(),
        }
    }
}
