//! One line's worth of work: what the verbs ask for and what the session answers itself, in one order.

use std::sync::Arc;

use super::label;
use crate::domain::request::Request;
use crate::wire::Setting;

/// Where a verb puts what it wants. Bytes written between two requests become one [`Request::Echo`] between them.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub(super) setting: &'a Setting,
    /// Lines to the client that have not been made a request yet.
    pub(super) echo: Vec<u8>,
    /// The line's label, once it is known.
    pub(super) label: Option<Arc<str>>,
    requests: &'a mut Vec<Request>,
    /// Where in `requests` those of this line begin.
    begin: usize,
}

impl<'a> Turn<'a> {
    pub(super) fn new(setting: &'a Setting, requests: &'a mut Vec<Request>) -> Self {
        let begin = requests.len();
        Self { setting, echo: Vec::new(), label: None, requests, begin }
    }

    /// Asks for something, after all that was written so far.
    pub(super) fn ask(&mut self, request: Request) {
        self.flush();
        self.requests.push(request);
    }

    /// Nothing more comes of this line for now; or ever, if it `is_complete`.
    pub(super) fn finish(mut self, is_complete: bool) {
        self.flush();
        if let Some(label) = &self.label {
            label::wrap(self.requests, self.begin, label, is_complete);
        }
    }

    fn flush(&mut self) {
        if !self.echo.is_empty() {
            self.requests.push(Request::Echo(std::mem::take(&mut self.echo).into()));
        }
    }
}
