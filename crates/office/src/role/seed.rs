//! The preset roles in the database, at every start.

use engine::permits::{PRESET_ROLES, PresetRole};
use engine::{Cx, Lang, Permits, sql, words};
use kernel::{Error, Id, Result};
use serde_json::Value as Json;

use super::{Role, RoleCode};

/// Write what is missing of the preset roles and bring points, scope, home and meanings to this release; a name or
/// description that the plant has edited stays. Also the principal of Takt itself. Done again, it changes nothing.
pub fn seed(cx: &mut Cx<'_>) -> Result<i64> {
    cx.run(
        sql!("insert into principal (kind, name, name_key) values ('SYSTEM', 'takt', 'takt') on conflict (name_key) do nothing"),
        [],
    )?;
    let mut changed = 0;
    for preset in &PRESET_ROLES {
        let code = RoleCode::parse(preset.code).map_err(Error::fault)?;
        let wanted = wanted(preset, &code);
        cx.about("role", preset.code);
        let differs = match Role::find(cx, &code)? {
            Some(found) => {
                let kept =
                    Role { id: found.id, name: found.name.clone(), description: found.description.clone(), ..wanted };
                cx.save(&found, &mut Role { version: found.version, ..kept })?
            }
            None => add(cx, wanted)?,
        };
        if differs {
            cx.record("ROLE_SEED")?;
            changed += 1;
        }
    }
    Ok(changed)
}

/// Two nodes that start at once write the same row; the second finds it there.
fn add(cx: &mut Cx<'_>, mut role: Role) -> Result<bool> {
    match cx.add(&mut role) {
        Ok(()) => Ok(true),
        Err(Error::Taken(cause)) => Err(Error::Again(cause)),
        Err(other) => Err(other),
    }
}

fn wanted(preset: &PresetRole, code: &RoleCode) -> Role {
    Role {
        id: Id::of(0),
        code: code.clone(),
        code_key: code.key(),
        name: words::say(Lang::En, &format!("role-{}", preset.code), []),
        description: words::say(Lang::En, &format!("role-about-{}", preset.code), []),
        scope: preset.scope,
        home: preset.home.to_string(),
        is_system: true,
        permissions: Permits::of(preset.permits),
        signature_meanings: Json::from(preset.signature_meanings),
        version: 1,
    }
}
