//! Who may and who did: people, roles, sessions, machine tokens, settings and the audit trail.

pub mod actor;
pub mod admin;
pub mod authority;
pub mod binding;
pub mod config;
pub mod csv;
pub mod permission;
pub mod role;
pub mod secret;
pub mod session;
pub mod token;
pub mod trail;
pub mod user;

use engine::Registry;

/// Everything this slice offers.
pub fn register(registry: &mut Registry) {
    session::register(registry);
    user::register(registry);
    role::register(registry);
    permission::register(registry);
    config::register(registry);
    trail::register(registry);
    token::register(registry);
}

engine::events! {
    /// A user was created, edited or (de)activated
    UserChanged = "USER_CHANGED" { username: String, change: String, fields: Vec<String> }
    /// A role was created, edited or deleted
    RoleChanged = "ROLE_CHANGED" { role_code: String, change: String }
    /// What a person or token may do has changed
    PermissionsChanged = "PERMISSIONS_CHANGED" { username: Option<String>, role_code: Option<String>, token_no: Option<String> }
    /// A session was ended before its time
    SessionEnded = "SESSION_ENDED" { username: String, why: String }
    /// A setting got another value
    ConfigChanged = "CONFIG_CHANGED" { key: String, scope_type: String, scope_key: String }
    /// Too many wrong passwords in a row
    AccountLocked = "ACCOUNT_LOCKED" { username: String, why: String }
}
