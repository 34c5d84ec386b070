//! A role of the plant's own.

use engine::permits::PresetRole;
use engine::refusals::CODE_DUPLICATE;
use engine::{Ask, Command, Cx, Entity, Need, Permit, Permits, Route, Scope, post};
use kernel::code::{Name, Text};
use kernel::{Id, Refusal, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{ROLE_CODE_RESERVED, Role, RoleCode, RoleView, SignatureMeaning};
use crate::RoleChanged;
use crate::authority;
use crate::token::points;
use crate::user::HomePage;

/// Words that mean something else where a role is named.
const RESERVED: [&str; 4] = ["me", "matrix", "system", "takt"];

/// Add a role: refuses ROLE_CODE_RESERVED, CODE_DUPLICATE, PERMISSION_UNKNOWN (R-PLAT-035), and FORBIDDEN for points that rule the
/// system and that whoever asks does not hold.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateRole {
    pub code: RoleCode,
    pub name: Name,
    pub description: Option<Text<500>>,
    pub scope: Scope,
    /// The page its holders land on.
    pub home: Option<HomePage>,
    pub permissions: Vec<String>,
    #[serde(default)]
    pub signature_meanings: Vec<SignatureMeaning>,
}

impl Command for CreateRole {
    type Loaded = Permits;
    type Output = RoleView;
    const NAME: &'static str = "role.create";
    const ROUTE: Route = post("/roles");
    const PERMIT: Need = Need::Any(&[Permit::SystemRoleManage]);

    fn entity(&self) -> Entity {
        Entity::of("role", &self.code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Permits> {
        free(cx, ask, &self.code, "/code")?;
        let points = points(ask, &self.permissions)?;
        authority::over(cx, ask, points)?;
        Ok(points)
    }

    fn run(self, permissions: Permits, cx: &mut Cx<'_>) -> Result<RoleView> {
        let role = Role {
            id: Id::of(0),
            code_key: self.code.key(),
            code: self.code,
            name: self.name.to_string(),
            description: self.description.map(|d| d.as_str().to_string()).unwrap_or_default(),
            scope: self.scope,
            home: self.home.map(HomePage::into_text).unwrap_or_default(),
            is_system: false,
            permissions,
            signature_meanings: Json::from_iter(self.signature_meanings.iter().map(|m| m.word())),
            version: 1,
        };
        add(cx, role)
    }
}

/// A code for a new role: none that comes with Takt, none that is taken.
pub(super) fn free(cx: &Cx<'_>, ask: &mut Ask, code: &RoleCode, field: &str) -> Result<()> {
    let key = code.key();
    let is_reserved = RESERVED.contains(&key.as_str()) || PresetRole::find(&key).is_some();
    ask.that(!is_reserved, || ROLE_CODE_RESERVED.with("role", code).at(field))?;
    ask.that(Role::find(cx, code)?.is_none(), || duplicate(code).at(field))
}

fn duplicate(code: &RoleCode) -> Refusal {
    CODE_DUPLICATE.with("entity", "role").with("field", "code").with("code", code)
}

/// Write a new role and tell it.
pub(super) fn add(cx: &mut Cx<'_>, mut role: Role) -> Result<RoleView> {
    cx.about("role", &role.code);
    cx.add(&mut role).map_err(|e| e.taken_as(duplicate(&role.code)))?;
    cx.emit(RoleChanged { role_code: role.code.to_string(), change: "CREATED".into() })?;
    cx.created();
    role.view(cx)
}
