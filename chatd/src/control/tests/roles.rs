//! Who may do what.

use super::harness::{Office, person};
use crate::config::Control;
use crate::control::role_of;
use crate::domain::command::Role;

/// Every route with the role it needs, written down a second time on purpose.
const ROUTES: &[(&str, &str, Role)] = &[
    ("GET", "/v1/status", Role::Viewer),
    ("GET", "/v1/top", Role::Viewer),
    ("GET", "/v1/metrics", Role::Viewer),
    ("GET", "/v1/health", Role::Viewer),
    ("GET", "/v1/ready", Role::Viewer),
    ("GET", "/v1/clients", Role::Viewer),
    ("GET", "/v1/clients/x", Role::Viewer),
    ("GET", "/v1/rooms", Role::Viewer),
    ("GET", "/v1/rooms/x", Role::Viewer),
    ("GET", "/v1/desk", Role::Viewer),
    ("GET", "/v1/history", Role::Viewer),
    ("GET", "/v1/watch?what=desk:x", Role::Viewer),
    ("GET", "/v1/log?level=x", Role::Viewer),
    ("GET", "/v1/audit", Role::Viewer),
    ("POST", "/v1/kick", Role::Operator),
    ("POST", "/v1/host", Role::Operator),
    ("POST", "/v1/say", Role::Operator),
    ("POST", "/v1/backup", Role::Admin),
    ("GET", "/v1/db", Role::Viewer),
    ("POST", "/v1/db/check", Role::Admin),
    ("POST", "/v1/db/vacuum", Role::Admin),
    ("GET", "/v1/config", Role::Admin),
    ("GET", "/v1/config/diff", Role::Admin),
    ("POST", "/v1/reload", Role::Admin),
    ("POST", "/v1/reload/confirm", Role::Admin),
    ("POST", "/v1/reload/undo", Role::Admin),
    ("POST", "/v1/check", Role::Admin),
    ("POST", "/v1/drain", Role::Admin),
    ("POST", "/v1/undrain", Role::Admin),
    ("POST", "/v1/stop", Role::Admin),
    ("PUT", "/v1/log", Role::Admin),
];

async fn check_routes(mut office: Office, role: Option<Role>) {
    office.steer.close(); // What gets through is answered with 503.
    for &(method, target, needs) in ROUTES {
        let answer = office.send(method, target, "").await;
        let is_refused = role.is_none_or(|role| role < needs);
        assert_eq!(answer.status == 403, is_refused, "{method} {target} by {role:?}: {answer:?}");
    }
    office.close().await;
}

#[tokio::test]
async fn each_role_reaches_its_routes_and_no_other() {
    check_routes(Office::of_roles(|_| person("stranger")), None).await;
    check_routes(Office::of_roles(|_| person("viewer")), Some(Role::Viewer)).await;
    check_routes(Office::of_roles(|_| person("operator")), Some(Role::Operator)).await;
    check_routes(Office::of_roles(|_| person("admin")), Some(Role::Admin)).await;
}

#[tokio::test]
async fn a_refusal_names_the_user_and_the_setting() {
    let office = Office::of_roles(|_| person("viewer"));
    let told = office.post("/v1/kick", r#"{"who":"x"}"#).await.problem(403);
    assert!(told.contains("viewer") && told.contains("control.operator-users"), "{told}");
    office.close().await;
}

#[tokio::test]
async fn a_reload_changes_roles_at_once() {
    let office = Office::of_roles(|_| person("viewer"));
    assert_eq!(office.get("/v1/status").await.status, 200);
    let mut config = crate::config::Config::clone(&office.shared.config());
    config.control.viewer_groups.clear();
    office.shared.configure(config.into());
    office.get("/v1/status").await.problem(403);
    office.close().await;
}

#[test]
fn users_and_groups_are_named_or_numbered_and_the_highest_role_counts() {
    let (vera, owner) = (person("vera"), 77);
    let list = |name: &str| vec![name.to_owned()];
    let none = Control::default();
    assert_eq!(role_of(&vera, owner, &none), None);
    for name in ["vera", "4000000000"] {
        let control = Control { viewer_users: list(name), ..none.clone() };
        assert_eq!(role_of(&vera, owner, &control), Some(Role::Viewer));
    }
    for group in ["veras", "4000000001"] {
        let control = Control { operator_groups: list(group), viewer_users: list("vera"), ..none.clone() };
        assert_eq!(role_of(&vera, owner, &control), Some(Role::Operator));
    }
    let control = Control { admin_users: list("vera"), operator_groups: list("veras"), ..none.clone() };
    assert_eq!(role_of(&vera, owner, &control), Some(Role::Admin));
    // A group's name is not a user's.
    let control = Control { admin_users: list("veras"), admin_groups: list("vera"), ..none };
    assert_eq!(role_of(&vera, owner, &control), None);
}

#[test]
fn root_and_the_daemons_own_user_may_do_everything() {
    let mut someone = person("someone");
    for (uid, owner, role) in [(0, 77, Some(Role::Admin)), (77, 77, Some(Role::Admin)), (78, 77, None)] {
        someone.uid = uid;
        assert_eq!(role_of(&someone, owner, &Control::default()), role);
    }
}

#[tokio::test]
async fn the_kernel_says_who_asks() {
    let (here, _there) = tokio::net::UnixStream::pair().unwrap();
    let me = crate::control::Person::of(here.peer_cred().unwrap());
    assert_eq!(me.uid, nix::unistd::geteuid().as_raw());
    assert!(me.groups.iter().any(|(id, _)| *id == nix::unistd::getegid().as_raw()), "{me:?}");
}
