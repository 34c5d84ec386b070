//! Operations: the site's words for what a step does.

use engine::{Cx, row, sql};
use kernel::{Id, Result, p};

use crate::StationType;

kernel::code! {
    /// The code of an operation.
    OperationCode, max 64, pick "operations";
}

kernel::words! {
    /// Who an operation comes from.
    pub enum OperationSource { Erp = "ERP", Mes = "MES", Seed = "SEED" }
}

kernel::refusals! {
    /// No such operation
    OPERATION_NOT_FOUND: NotFound (operation);
}

row! {
    table "operation";
    /// An operation.
    pub struct Operation {
        pub id: Id<Operation>,
        pub code: OperationCode,
        pub code_key: String,
        pub name: String,
        pub default_type: Option<StationType>,
        pub is_key_quality: bool,
        pub source: OperationSource,
        pub needs_review: bool,
        pub is_active: bool,
        pub version: i64,
    }
}

impl Operation {
    /// The operation of a code, whatever its case.
    pub fn find(cx: &Cx<'_>, code: &OperationCode) -> Result<Option<Operation>> {
        cx.one(
            sql!(
                "select id, code, code_key, name, default_type, is_key_quality, source, needs_review, is_active, version
                 from operation where code_key = $1"
            ),
            p![code.key()],
        )
    }
}
