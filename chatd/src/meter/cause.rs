//! Why a connection never became a session, as the daemon counts it. Says nothing to anybody: the words are where it is turned away.

/// An enum of causes, their names in metrics beside them.
macro_rules! causes {
    ($(#[$about:meta])* $type:ident { $($(#[$doc:meta])* $variant:ident => $name:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $type {
            $($(#[$doc])* $variant,)+
        }

        impl $type {
            /// The names of all causes, in their order.
            pub const NAMES: [&'static str; [$($name),+].len()] = [$($name),+];
        }
    };
}

causes! {
    /// Why a connection was turned away at the door.
    TurnedAway {
        /// There are as many clients as there may be (`limits.clients`).
        Clients => "clients",
        /// There are as many from its address as there may be (`limits.clients-per-address`).
        ClientsPerAddress => "clients-per-address",
        /// The port is for gateways only (`listen.proxy-from`).
        GatewaysOnly => "gateways-only",
        /// The configuration has the port no more, and systemd still hands over what comes there.
        PortClosed => "port-closed",
        /// There is no file descriptor for it.
        Descriptors => "descriptors",
        /// The daemon drains.
        Draining => "draining",
    }
}

causes! {
    /// Why the handshakes before a session failed.
    HandshakeFailure {
        /// Not done within `limits.handshake-timeout`.
        Late => "late",
        /// Something else than TLS came to a port of TLS.
        NotTls => "not-tls",
        /// The handshake of TLS failed.
        Tls => "tls",
        /// The header of the PROXY protocol was wrong.
        ProxyHeader => "proxy-header",
        /// The handshake of WebSocket failed.
        WebSocket => "websocket",
        /// A limit stands against the address that a gateway named.
        Limit => "limit",
        /// The connection broke.
        Broken => "broken",
    }
}
