//! `[control]`: who may administer the daemon, and where. Opens no socket and looks up no user.

use std::path::PathBuf;

/// The control socket and the people allowed on it. Users and groups are names or numeric ids;
/// root and the user that runs the daemon are always admins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Control {
    /// The socket's path; see `Config::control_socket` for what `None` means.
    pub socket: Option<PathBuf>,
    /// Users who may do everything.
    pub admin_users: Vec<String>,
    /// Groups whose members may do everything.
    pub admin_groups: Vec<String>,
    /// Users who may answer at the desk, kick and ban.
    pub operator_users: Vec<String>,
    /// Groups whose members may answer at the desk, kick and ban.
    pub operator_groups: Vec<String>,
    /// Users who may look.
    pub viewer_users: Vec<String>,
    /// Groups whose members may look.
    pub viewer_groups: Vec<String>,
    /// Whether `chatctl watch` shows direct messages between two users.
    pub watch_direct_messages: bool,
    /// Those who may become operator with OPER, each name once.
    pub operators: Vec<OperatorLogin>,
}

/// One `[[control.operator]]`: a name and password for the IRC command OPER.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorLogin {
    /// The first parameter of OPER; without blanks.
    pub name: String,
    /// An argon2 PHC string, checked to be one; see `config::password::verify`.
    pub password: String,
    /// What the login gives.
    pub role: LoginRole,
}

/// What an OPER login allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginRole {
    /// Answer at the desk, kick and ban.
    Operator,
    /// Everything.
    Admin,
}
