//! One person.

use engine::{Cx, Need, Permit, Query, Route, get};
use kernel::Result;
use schemars::JsonSchema;
use serde::Deserialize;

use super::view::{UserView, view};
use super::{USER_NOT_FOUND, User, Username};

/// A person with roles and bindings; USER_NOT_FOUND.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetUser {
    pub username: Username,
}

impl Query for GetUser {
    type Output = UserView;
    const NAME: &'static str = "user.get";
    const ROUTE: Route = get("/users/{username}");
    const PERMIT: Need = Need::Any(&[Permit::SystemUserManage]);

    fn ask(self, cx: &Cx<'_>) -> Result<UserView> {
        let user = User::by_key(cx, &self.username.key())?;
        view(cx, &user.ok_or_else(|| USER_NOT_FOUND.with("username", &self.username))?)
    }
}
