//! A new person.

use engine::perform::forbidden;
use engine::{Ask, Command, Cx, Entity, Need, Permit, Prepare, Route, post};
use kernel::code::{Name, Text};
use kernel::{Instant, Result, Secret};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::access::{self, FirstAccess, Made};
use super::view::{UserView, view};
use super::{HomePage, Locale, User, Username, filled, insert, name_rules, password};
use crate::UserChanged;
use crate::authority;
use crate::binding::{self, Bound, LineCode, StationCode};
use crate::role::{Role, RoleCode};

/// Add a person: the name is no reserved word (CODE_RESERVED) and nobody else's (CODE_DUPLICATE), has roles (ROLE_REQUIRED,
/// ROLE_NOT_FOUND) and the bindings they need (LINE_BINDING_REQUIRED, STATION_BINDING_REQUIRED); roles that rule the system only
/// from whoever holds as much (FORBIDDEN). What he signs in with for the first time is shown once and counts for `auth.enrolment.hours` (R-PLAT-001, R-PLAT-002).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateUser {
    pub username: Username,
    pub name: Name,
    pub roles: Vec<RoleCode>,
    #[serde(default)]
    pub line_codes: Vec<LineCode>,
    #[serde(default)]
    pub station_codes: Vec<StationCode>,
    pub locale: Option<Locale>,
    pub email: Option<Text<200>>,
    pub employee_no: Option<Text<64>>,
    pub department: Option<Text<100>>,
    pub phone: Option<Text<64>>,
    pub preferred_home_page: Option<HomePage>,
    /// A link (the default) or a random password.
    pub first_access: Option<FirstAccess>,
    /// A password that need not be changed, for demo accounts; only with `system:demo_seed`.
    pub initial_password: Option<Secret<String>>,
    #[serde(skip)]
    pub(super) made: Option<Made>,
}

/// What was found of the roles and bindings.
pub struct Found {
    roles: Vec<Role>,
    lines: Bound,
    stations: Bound,
}

/// The new person, and once the word to get in with.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedUser {
    #[serde(flatten)]
    pub user: UserView,
    /// The word of the enrolment link or the first password; shown once.
    #[schemars(extend("x-secret" = true))]
    pub secret: Option<String>,
    /// What the word is; null when the password was given with the call.
    pub first_access: Option<FirstAccess>,
    pub valid_until: Option<Instant>,
}

impl CreateUser {
    /// Hash or compare off the writer: it takes about 20 ms.
    fn prepare(&mut self, _cx: &Cx<'_>) -> Result<()> {
        self.made = match (&self.initial_password, self.first_access) {
            (Some(given), _) => Some(Made { word: String::new(), hash: password::hash(given.reveal())? }),
            (None, Some(FirstAccess::Password)) => Some(access::make()?),
            _ => None,
        };
        Ok(())
    }
}

impl Command for CreateUser {
    type Loaded = Found;
    type Output = CreatedUser;
    const NAME: &'static str = "user.create";
    const ROUTE: Route = post("/users");
    const PERMIT: Need = Need::Any(&[Permit::SystemUserManage]);
    const PREPARE: Option<Prepare<Self>> = Some(Self::prepare);

    fn entity(&self) -> Entity {
        Entity::of("user", &self.username)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Found> {
        if let Some(given) = &self.initial_password {
            let may = cx.actor().has(Permit::SystemDemoSeed);
            ask.that(may, || forbidden(&[Permit::SystemDemoSeed]))?;
            password::rules(cx, ask, &self.username.key(), given.reveal(), "/initialPassword", None)?;
        }
        name_rules(cx, ask, &self.username)?;
        let roles = binding::roles(cx, ask, &self.roles)?;
        let lines = binding::lines(cx, ask, &self.line_codes)?;
        let stations = binding::stations(cx, ask, &self.station_codes)?;
        binding::rules(ask, &roles, &lines, &stations)?;
        authority::over(cx, ask, binding::points(&roles))?;
        Ok(Found { roles, lines, stations })
    }

    fn run(self, found: Found, cx: &mut Cx<'_>) -> Result<CreatedUser> {
        let fresh = User::new(cx, self.username, self.name.to_string(), self.locale.unwrap_or(Locale::Zh));
        let mut user = User {
            email: self.email.and_then(filled),
            employee_no: self.employee_no.and_then(filled),
            department: self.department.and_then(filled),
            phone: self.phone.and_then(filled),
            preferred_home_page: self.preferred_home_page.map(HomePage::into_text),
            ..fresh
        };
        let mut answer = (None, None, None);
        let mut own = None;
        if self.initial_password.is_some() {
            own = self.made.map(|made| made.hash);
            user.password_hash.clone_from(&own);
        } else {
            let first = if self.made.is_some() { FirstAccess::Password } else { FirstAccess::Link };
            let (word, until) = access::give(cx, &mut user, self.made)?;
            answer = (Some(word), Some(first), Some(until));
        }
        insert(cx, &mut user)?;
        if let Some(hash) = own {
            password::remember(cx, user.id, &hash)?;
        }
        binding::set_roles(cx, user.id.number(), &found.roles)?;
        binding::set_lines(cx, user.id.number(), &found.lines)?;
        binding::set_stations(cx, user.id.number(), &found.stations)?;
        cx.emit(UserChanged::created(&user.username))?;
        cx.created();
        let (secret, first_access, valid_until) = answer;
        Ok(CreatedUser { user: view(cx, &user)?, secret, first_access, valid_until })
    }
}
