//! `[control]`: who may administer the daemon, and where. Opens no socket and looks up no user.

use std::path::PathBuf;

use super::password;
use super::paths::SOCKET_PATH_BYTES;
use super::problem::Wrong;
use super::section::Section;
use super::value::{self, Raw};
use super::writer::Writer;

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

impl LoginRole {
    /// As the configuration writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        value::name_of(ROLES, &self)
    }
}

const ROLES: &[(&str, LoginRole)] = &[("operator", LoginRole::Operator), ("admin", LoginRole::Admin)];

impl Control {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        let control = Self {
            socket: section.optional("socket", default.socket, socket_path),
            admin_users: section.value("admin-users", default.admin_users, value::words),
            admin_groups: section.value("admin-groups", default.admin_groups, value::words),
            operator_users: section.value("operator-users", default.operator_users, value::words),
            operator_groups: section.value("operator-groups", default.operator_groups, value::words),
            viewer_users: section.value("viewer-users", default.viewer_users, value::words),
            viewer_groups: section.value("viewer-groups", default.viewer_groups, value::words),
            watch_direct_messages: section.value(
                "watch-direct-messages",
                default.watch_direct_messages,
                value::flag,
            ),
            operators: read_operators(&mut section),
        };
        section.finish();
        control
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.header("[control]").path("socket", self.socket.as_deref());
        out.words("admin-users", &self.admin_users).words("admin-groups", &self.admin_groups);
        out.words("operator-users", &self.operator_users).words("operator-groups", &self.operator_groups);
        out.words("viewer-users", &self.viewer_users).words("viewer-groups", &self.viewer_groups);
        out.plain("watch-direct-messages", self.watch_direct_messages);
        for login in &self.operators {
            out.item("control.operator", &login.name).text("name", &login.name);
            out.secret("password", Some(&login.password));
            out.text("role", value::name_of(ROLES, &login.role));
        }
    }
}

fn read_operators(section: &mut Section<'_>) -> Vec<OperatorLogin> {
    let mut all = Vec::new();
    for section in section.sections("operator").unwrap_or_default() {
        all.extend(OperatorLogin::read(section, &all));
    }
    all
}

impl OperatorLogin {
    fn read(mut section: Section<'_>, earlier: &[Self]) -> Option<Self> {
        let name = section.required("name", "\"alice\"", value::word);
        let password =
            section.required("password", "\"$argon2id$…\", from `chatd --hash-password`", password_hash);
        let role = section.required("role", "\"operator\"", value::choice(ROLES));
        if let Some(name) = &name
            && earlier.iter().any(|other| other.name == *name)
        {
            section.problem("name", Wrong::new(format!("{name:?} is already an operator above")));
        }
        section.finish();
        Some(Self { name: name?, password: password?, role: role? })
    }
}

/// The value is never repeated in the message: it may be somebody's password.
fn password_hash(raw: Raw<'_>) -> Result<String, Wrong> {
    let text = raw.as_text().unwrap_or_default();
    if password::is_hash(text) {
        return Ok(text.to_owned());
    }
    Err(Wrong::new("expected an argon2 hash such as \"$argon2id$v=19$…\", not the password itself")
        .hint("`chatd --hash-password` makes one"))
}

fn socket_path(raw: Raw<'_>) -> Result<PathBuf, Wrong> {
    let path = value::absolute_path(raw)?;
    let bytes = path.as_os_str().len();
    if bytes > SOCKET_PATH_BYTES {
        return Err(Wrong::new(format!(
            "a socket's path has at most {SOCKET_PATH_BYTES} bytes, this one {bytes}"
        )));
    }
    Ok(path)
}
