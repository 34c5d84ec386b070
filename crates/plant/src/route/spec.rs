//! Data specs as routes name them: `{operationCode}:{name}`, as their owners write both.

use engine::{Cx, sql};
use kernel::{Name, Result, p};

use crate::data_spec::{DATA_SPEC_NOT_FOUND, DataSpec, SpecId};
use crate::operation::OperationCode;

/// A data spec with the id that spells it as it is written.
#[derive(Clone, Debug)]
pub struct NamedSpec {
    pub id: SpecId,
    pub spec: DataSpec,
}

impl NamedSpec {
    /// The spec an id names, whatever its case.
    pub fn find(cx: &Cx<'_>, text: &str) -> Result<Option<NamedSpec>> {
        let Ok(id) = SpecId::parse(text) else { return Ok(None) };
        let Some(spec) = DataSpec::find(cx, &id)? else { return Ok(None) };
        let operation: Option<OperationCode> =
            cx.value(sql!("select code from operation where id = $1"), p![spec.operation_id])?;
        let name = Name::parse(&spec.name).unwrap_or(id.name);
        Ok(operation.map(|operation| NamedSpec { id: SpecId { operation, name }, spec }))
    }

    /// The same, or 404.
    pub fn known(cx: &Cx<'_>, text: &str) -> Result<NamedSpec> {
        NamedSpec::find(cx, text)?.ok_or_else(|| DATA_SPEC_NOT_FOUND.with("name", text).into())
    }
}
