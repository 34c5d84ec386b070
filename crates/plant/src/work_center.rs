//! Work centers: where the ERP plans, for those who read its orders. The station group is what is suggested for the steps it
//! plans there, never a constraint.

use engine::register::{Field, Kind, Reference, Register};
use engine::{Permit, Registry};

use crate::station::STATION_GROUP_NOT_FOUND;

kernel::refusals! {
    /// No such work center
    WORK_CENTER_NOT_FOUND: NotFound (code);
    /// Work center still referenced, cannot delete
    WORK_CENTER_HAS_DEPENDENCIES: Conflict (code, counts);
}

pub static WORK_CENTERS: Register = Register {
    noun: "work_center",
    list: "work_centers",
    table: "work_center",
    route: "/master-data/work-centers",
    key: "workCenterCode",
    read: &[Permit::MaterialRead],
    write: &[Permit::MaterialConfig],
    fields: &[
        Field::new("code", "code", Kind::Code(64)),
        Field::new("name", "name", Kind::Name),
        Field::new("departmentCode", "department_code", Kind::Text(64)),
        Field::new(
            "stationGroupCode",
            "station_group_id",
            Kind::Reference(Reference {
                table: "station_group",
                list: "station_groups",
                missing: STATION_GROUP_NOT_FOUND,
            }),
        ),
    ],
    line: None,
    used_by: &[],
    missing: WORK_CENTER_NOT_FOUND,
    duplicate: engine::refusals::CODE_DUPLICATE,
    dependent: WORK_CENTER_HAS_DEPENDENCIES,
    owner: None,
    deletes: true,
    tells: None,
};

pub(crate) fn register(registry: &mut Registry) {
    WORK_CENTERS.register(registry);
}
