//! Materials: what boards are made of, and the boards themselves.

use engine::register::{Field, Kind, Owner, Register, UsedBy};
use engine::{Cx, Permit, Registry, sql};
use kernel::{Result, p};

kernel::code! {
    /// The code of a material.
    MaterialCode, max 64, pick "materials";
}

kernel::words! {
    /// The material level a product declares (IPC-1782, R-BRD-037).
    pub enum MaterialLevel { M1 = "M1", M2 = "M2", M3 = "M3", M4 = "M4" }
    /// The process level a product declares (IPC-1782, R-BRD-037).
    pub enum ProcessLevel { P1 = "P1", P2 = "P2", P3 = "P3", P4 = "P4" }
}

kernel::refusals! {
    /// No such material (422 under strict lot policy)
    MATERIAL_NOT_FOUND: NotFound (material);
    /// Material still referenced, cannot delete
    MATERIAL_HAS_DEPENDENCIES: Conflict (material, counts);
    /// Field is maintained by ERP
    ERP_OWNED_FIELD: Conflict (code, field, source);
}

engine::events! {
    /// A field of a material changed, or a material came
    MaterialChanged = "MATERIAL_CHANGED" { material_code: String, fields: Vec<String> }
}

/// R-CORE-030: what another system maintains is read-only here; what that system does not know stays ours.
pub static MATERIALS: Register = Register {
    noun: "material",
    list: "materials",
    table: "material",
    route: "/master-data/materials",
    key: "materialCode",
    read: &[Permit::MaterialRead],
    write: &[Permit::MaterialConfig],
    fields: &[
        Field::new("code", "code", Kind::Code(64)).owned(),
        Field::new("name", "name", Kind::Name).owned(),
        Field::new("category", "category", Kind::Text(64)).owned(),
        Field::new("unit", "unit", Kind::Text(20)).owned(),
        Field::new("model", "model", Kind::Text(200)).owned(),
        Field::new("specification", "specification", Kind::Text(1000)).owned(),
        Field::new("isLotManaged", "is_lot_managed", Kind::Bool).default("false").owned(),
        Field::new("isActive", "is_active", Kind::Bool).default("true").owned(),
        Field::new("customerCode", "customer_code", Kind::Text(64)),
        Field::new("materialLevel", "material_level", Kind::Word("MaterialLevel", MaterialLevel::WORDS)),
        Field::new("processLevel", "process_level", Kind::Word("ProcessLevel", ProcessLevel::WORDS)),
        Field::new("sourceSystem", "source_system", Kind::Text(64)).default("MES").readonly(),
        Field::new("sourceUpdatedAt", "source_updated_at", Kind::Time).readonly(),
    ],
    line: None,
    used_by: &[
        UsedBy::key("bomItems", "bom_item", "parent_key"),
        UsedBy::key("bomItems", "bom_item", "child_key"),
        UsedBy::key("lots", "material_lot", "material_key"),
        UsedBy::key("routes", "route", "product_key"),
    ],
    missing: MATERIAL_NOT_FOUND,
    duplicate: engine::refusals::CODE_DUPLICATE,
    dependent: MATERIAL_HAS_DEPENDENCIES,
    owner: Some(Owner { column: "source_system", refusal: ERP_OWNED_FIELD }),
    deletes: true,
    tells: Some(told),
};

fn told(cx: &mut Cx<'_>, code: &str, fields: &[String]) -> Result<()> {
    cx.emit(MaterialChanged { material_code: code.to_string(), fields: fields.to_vec() })
}

/// The name of a material, if there is one of that code.
pub fn name_of(cx: &Cx<'_>, code: &MaterialCode) -> Result<Option<String>> {
    cx.value(sql!("select name from material where code_key = $1"), p![code.key()])
}

pub(crate) fn register(registry: &mut Registry) {
    MATERIALS.register(registry);
}
