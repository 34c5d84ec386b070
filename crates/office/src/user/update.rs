//! Edit a person: profile, roles, bindings, (de)activation.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Permits, Route, patch, sql};
use kernel::code::{Name, Text};
use kernel::{Result, p};
use schemars::JsonSchema;
use serde::Deserialize;

use super::last_admin::{self, LAST_ADMIN};
use super::me::Profile;
use super::view::{UserView, view};
use super::{HomePage, Locale, USER_NOT_FOUND, User, Username, filled};
use crate::authority;
use crate::binding::{self, Bound, LineCode, StationCode, points};
use crate::role::{Role, RoleCode};
use crate::{PermissionsChanged, SessionEnded, UserChanged, session};

/// Edit a person; absent fields stay as they are, `null` clears. Deactivating ends all sessions and the tokens the person made;
/// the last one who manages users and roles stays active and keeps that (LAST_ADMIN, R-PLAT-004). Whoever rules the system is
/// edited, and what rules it is given, only by those who hold as much (FORBIDDEN).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateUser {
    pub username: Username,
    pub name: Option<Name>,
    pub roles: Option<Vec<RoleCode>>,
    pub line_codes: Option<Vec<LineCode>>,
    pub station_codes: Option<Vec<StationCode>>,
    pub is_active: Option<bool>,
    pub locale: Option<Locale>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<Text<200>>")]
    pub email: Option<Option<Text<200>>>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<Text<64>>")]
    pub employee_no: Option<Option<Text<64>>>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<Text<100>>")]
    pub department: Option<Option<Text<100>>>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<Text<64>>")]
    pub phone: Option<Option<Text<64>>>,
    #[serde(default, deserialize_with = "engine::given")]
    #[schemars(with = "Option<HomePage>")]
    pub preferred_home_page: Option<Option<HomePage>>,
}

/// The person and what his roles and bindings will be.
pub struct Found {
    user: User,
    roles: Vec<Role>,
    lines: Bound,
    stations: Bound,
}

impl Command for UpdateUser {
    type Loaded = Found;
    type Output = UserView;
    const NAME: &'static str = "user.update";
    const ROUTE: Route = patch("/users/{username}");
    const PERMIT: Need = Need::Any(&[Permit::SystemUserManage]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("user", &self.username)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Found> {
        let user = User::by_key(cx, &self.username.key())?;
        let user = ask.need(user, || USER_NOT_FOUND.with("username", &self.username))?;
        ask.part(cx.unchanged(user.version))?;
        let id = user.id.number();
        let (had, had_lines, had_stations) =
            (binding::roles_of(cx, id)?, binding::lines_of(cx, id)?, binding::stations_of(cx, id)?);
        let roles = match &self.roles {
            Some(codes) => binding::roles(cx, ask, codes)?,
            None => had.clone(),
        };
        let lines = match &self.line_codes {
            Some(codes) => binding::lines(cx, ask, codes)?,
            None => had_lines,
        };
        let stations = match &self.station_codes {
            Some(codes) => binding::stations(cx, ask, codes)?,
            None => had_stations,
        };
        if self.roles.is_some() || self.line_codes.is_some() || self.station_codes.is_some() {
            binding::rules(ask, &roles, &lines, &stations)?;
        }
        authority::over(cx, ask, points(&had).union(points(&roles)))?;
        let stays = self.is_active.unwrap_or(user.is_active);
        let keeps = if stays { points(&roles) } else { Permits::EMPTY };
        if user.is_active && last_admin::manages(points(&had)) && !last_admin::manages(keeps) {
            ask.that(last_admin::another(cx, id)?, || LAST_ADMIN.with("username", &user.username))?;
        }
        let is_me = cx.actor().principal == id;
        let lost = is_me && points(&had).has(Permit::SystemRoleManage) && !keeps.has(Permit::SystemRoleManage);
        ask.that(!lost, || LAST_ADMIN.with("username", &user.username))?;
        Ok(Found { user, roles, lines, stations })
    }

    fn run(self, found: Found, cx: &mut Cx<'_>) -> Result<UserView> {
        let before = found.user;
        let mut user = before.clone();
        let Self { name, locale, email, phone, preferred_home_page, .. } = self;
        Profile { name, locale, email, phone, preferred_home_page }.change(&mut user);
        user.is_active = self.is_active.unwrap_or(user.is_active);
        user.employee_no = self.employee_no.map_or(user.employee_no, |x| x.and_then(filled));
        user.department = self.department.map_or(user.department, |x| x.and_then(filled));
        let id = user.id.number();
        let mut access = binding::set_roles(cx, id, &found.roles)?;
        access |= binding::set_lines(cx, id, &found.lines)?;
        access |= binding::set_stations(cx, id, &found.stations)?;
        if !user.is_active {
            user.enrol_hash = None;
        }
        let saved = cx.save(&before, &mut user)?;
        if access && !saved {
            user.version += 1;
            cx.run(sql!("update app_user set version = $1 where id = $2"), p![user.version, user.id])?;
        }
        if before.is_active && !user.is_active {
            end_all(cx, &user)?;
        }
        if access || before.is_active != user.is_active {
            let username = Some(user.username.to_string());
            cx.emit(PermissionsChanged { username, role_code: None, token_no: None })?;
        }
        if access || saved {
            cx.emit(UserChanged::edited(&before, &user))?;
        }
        view(cx, &user)
    }
}

/// Who is deactivated is out at once, and so is every token he made.
fn end_all(cx: &mut Cx<'_>, user: &User) -> Result<()> {
    let username = user.username.to_string();
    if session::end_all(cx, user.id, None)? > 0 {
        cx.emit(SessionEnded { username: username.clone(), why: "DEACTIVATED".into() })?;
    }
    let tokens: Vec<(String,)> = cx.all(
        sql!(
            "update api_token set revoked_at = $1, version = version + 1 where created_by = $2 and revoked_at is null
             returning token_no"
        ),
        p![cx.now, username],
    )?;
    for (token_no,) in tokens {
        cx.note("replace", "revoked_tokens", None, Some(token_no.as_str().into()));
        cx.emit(PermissionsChanged { username: None, role_code: None, token_no: Some(token_no) })?;
    }
    Ok(())
}
