//! The one who asks, as a person.

use engine::{Ask, Command, Cx, Entity, Need, Query, Route, get, patch, sql};
use kernel::code::{Name, Text};
use kernel::{Result, p};
use schemars::JsonSchema;
use serde::Deserialize;

use super::view::{UserView, view};
use super::{HomePage, Locale, USER_NOT_FOUND, User, filled};
use crate::UserChanged;

/// One's own account.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetMe {}

impl Query for GetMe {
    type Output = UserView;
    const NAME: &'static str = "user.me";
    const ROUTE: Route = get("/users/me");
    const PERMIT: Need = Need::Session;

    fn ask(self, cx: &Cx<'_>) -> Result<UserView> {
        let key: Option<String> =
            cx.value(sql!("select username_key from app_user where id = $1"), p![cx.actor().principal])?;
        let user = User::by_key(cx, &key.unwrap_or_default())?;
        view(cx, &user.ok_or_else(|| USER_NOT_FOUND.with("username", &cx.actor().name))?)
    }
}

/// Edit one's own profile; roles, bindings and the employee number are the administrator's.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateMe {
    pub name: Option<Name>,
    pub locale: Option<Locale>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<Text<200>>")]
    pub email: Option<Option<Text<200>>>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<Text<64>>")]
    pub phone: Option<Option<Text<64>>>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<HomePage>")]
    pub preferred_home_page: Option<Option<HomePage>>,
}

/// What a person may say about himself, and an administrator about him: absent stays, `null` clears.
pub(super) struct Profile {
    pub name: Option<Name>,
    pub locale: Option<Locale>,
    pub email: Option<Option<Text<200>>>,
    pub phone: Option<Option<Text<64>>>,
    pub preferred_home_page: Option<Option<HomePage>>,
}

impl Profile {
    pub fn change(self, user: &mut User) {
        if let Some(name) = self.name {
            user.name = name.to_string();
        }
        user.locale = self.locale.unwrap_or(user.locale);
        if let Some(email) = self.email {
            user.email = email.and_then(filled);
        }
        if let Some(phone) = self.phone {
            user.phone = phone.and_then(filled);
        }
        if let Some(page) = self.preferred_home_page {
            user.preferred_home_page = page.map(HomePage::into_text);
        }
    }
}

impl Command for UpdateMe {
    type Loaded = User;
    type Output = UserView;
    const NAME: &'static str = "user.update_me";
    const ROUTE: Route = patch("/users/me");
    const PERMIT: Need = Need::Session;
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("user", "me")
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<User> {
        let user = ask.need(User::asking(cx)?, || USER_NOT_FOUND.with("username", &cx.actor().name))?;
        ask.part(cx.unchanged(user.version))?;
        Ok(user)
    }

    fn run(self, before: User, cx: &mut Cx<'_>) -> Result<UserView> {
        cx.about("user", &before.username);
        let mut user = before.clone();
        let Self { name, locale, email, phone, preferred_home_page } = self;
        Profile { name, locale, email, phone, preferred_home_page }.change(&mut user);
        if cx.save(&before, &mut user)? {
            cx.emit(UserChanged::edited(&before, &user))?;
        }
        view(cx, &user)
    }
}
