//! The control API over real Unix sockets.
