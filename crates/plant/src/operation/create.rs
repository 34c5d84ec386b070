//! Create an operation.

use engine::{Ask, Command, Cx, Entity, Need, Permit, Route, post, sql};
use kernel::code::Name;
use kernel::{Id, Result, p};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{OPERATION_CODE_DUPLICATE, Operation, OperationCode, OperationSource, OperationView};
use crate::StationType;
use crate::common::yes;

/// Add a word of the site for what a step does (R-CORE-040).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateOperation {
    pub code: OperationCode,
    pub name: Name,
    pub default_type: Option<StationType>,
    #[serde(default)]
    pub is_key_quality: bool,
    #[serde(default = "yes")]
    pub is_active: bool,
}

impl Command for CreateOperation {
    type Loaded = ();
    type Output = OperationView;
    const NAME: &'static str = "operation.create";
    const ROUTE: Route = post("/operations");
    const PERMIT: Need = Need::Any(&[Permit::OperationConfig]);

    fn entity(&self) -> Entity {
        Entity::of("operation", &self.code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<()> {
        free(cx, ask, &self.code)
    }

    fn run(self, (): (), cx: &mut Cx<'_>) -> Result<OperationView> {
        let mut operation = Operation {
            id: Id::of(0),
            code_key: self.code.key(),
            code: self.code,
            name: self.name.to_string(),
            default_type: self.default_type,
            is_key_quality: self.is_key_quality,
            source: OperationSource::Mes,
            needs_review: false,
            is_active: self.is_active,
            version: 1,
        };
        let taken =
            |e: kernel::Error, code: &OperationCode| e.taken_as(OPERATION_CODE_DUPLICATE.with("operation", code));
        cx.add(&mut operation).map_err(|e| taken(e, &operation.code))?;
        cx.created();
        Ok(operation.view())
    }
}

/// Whether a code may be given to an operation.
pub(super) fn free(cx: &Cx<'_>, ask: &mut Ask, code: &OperationCode) -> Result<()> {
    let taken = cx.exists(sql!("select 1 from operation where code_key = $1"), p![code.key()])?;
    ask.that(!taken, || OPERATION_CODE_DUPLICATE.with("operation", code))
}
