//! One line's worth of work: what the verbs ask for and what the session answers itself, in one order.

use crate::domain::request::Request;
use crate::wire::Setting;

/// Where a verb puts what it wants. Bytes written between two requests become one [`Request::Echo`] between them.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub(super) setting: &'a Setting,
    /// Lines to the client that have not been made a request yet.
    pub(super) echo: Vec<u8>,
    requests: &'a mut Vec<Request>,
}

impl<'a> Turn<'a> {
    pub(super) fn new(setting: &'a Setting, requests: &'a mut Vec<Request>) -> Self {
        Self { setting, echo: Vec::new(), requests }
    }

    /// Asks for something, after all that was written so far.
    pub(super) fn ask(&mut self, request: Request) {
        self.flush();
        self.requests.push(request);
    }

    /// Nothing more comes of this line.
    pub(super) fn finish(mut self) {
        self.flush();
    }

    fn flush(&mut self) {
        if !self.echo.is_empty() {
            self.requests.push(Request::Echo(std::mem::take(&mut self.echo).into()));
        }
    }
}
