//! The first administrator, made on the machine itself (`takt admin create NAME`).

use engine::{Cx, sql};
use kernel::{Error, Refusal, Result, p};

use crate::UserChanged;
use crate::role::{ROLE_NOT_FOUND, Role, RoleCode};
use crate::user::{Locale, User, Username, enrol, insert};

/// Make an administrator and give the word of his one-time enrolment link. Needs the preset roles (`role::seed`); refuses
/// CODE_DUPLICATE when somebody has the name, and a name that is none with VALIDATION_FAILED.
pub fn create(cx: &mut Cx<'_>, username: &str) -> Result<String> {
    let wrong = |_| Error::from(Refusal::from(kernel::error::VALIDATION_FAILED).at("/username"));
    let username = Username::parse(username).map_err(wrong)?;
    crate::user::name_rules(cx, &mut engine::Ask::first(), &username)?;
    let admin = Role::find(cx, &RoleCode::parse("admin").map_err(Error::fault)?)?;
    let Some(admin) = admin else { return Err(ROLE_NOT_FOUND.with("role", "admin").into()) };
    cx.about("user", &username);
    let name = username.to_string();
    let mut user = User::new(cx, username, name, Locale::En);
    let (word, _) = enrol::link(cx, &mut user)?;
    insert(cx, &mut user)?;
    cx.run(sql!("insert into principal_role (principal_id, role_id) values ($1, $2)"), p![user.id, admin.id])?;
    cx.note("add", "roles", None, Some("admin".into()));
    cx.emit(UserChanged::created(&user.username))?;
    cx.record("ADMIN_CREATE")?;
    Ok(word)
}
