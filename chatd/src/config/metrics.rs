//! `[metrics]`: where a monitoring system may ask. Binds nothing.

use std::net::SocketAddr;

use super::listen;
use super::section::Section;
use super::writer::Writer;

/// The address for metrics and health checks, beside the control socket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Address and port; port 0 lets the system choose. Without one, only the control socket answers.
    pub address: Option<SocketAddr>,
}

impl Metrics {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let metrics = Self { address: section.optional("address", None, |raw| listen::address(raw, 9667)) };
        section.finish();
        metrics
    }

    pub(super) fn write(&self, out: &mut Writer) {
        let address = self.address.map(|address| address.to_string());
        out.header("[metrics]").text("address", address.as_deref().unwrap_or_default());
    }
}
