//! Shifts: the calendar of metrics, of IPQC at shift change and of daily quality checks. A line's own shifts win.

use engine::register::{Field, Kind, Reference, Register};
use engine::{Permit, Registry};

use crate::line::LINE_NOT_FOUND;

kernel::words! {
    /// A day of the week.
    pub enum Weekday {
        Monday = "MON", Tuesday = "TUE", Wednesday = "WED", Thursday = "THU", Friday = "FRI", Saturday = "SAT", Sunday = "SUN",
    }
}

kernel::refusals! {
    /// No such shift
    SHIFT_NOT_FOUND: NotFound (shift);
    /// Shift still referenced, cannot delete
    SHIFT_HAS_DEPENDENCIES: Conflict (shift, counts);
}

/// Times are local to the line; a shift that ends before it starts ends on the next day.
pub static SHIFTS: Register = Register {
    noun: "shift",
    list: "shifts",
    table: "shift",
    route: "/shifts",
    key: "shiftCode",
    read: &[Permit::StationRead],
    write: &[Permit::LineConfig],
    fields: &[
        Field::new("code", "code", Kind::Code(64)),
        Field::new(
            "lineCode",
            "line_id",
            Kind::Reference(Reference { table: "line", list: "lines", missing: LINE_NOT_FOUND }),
        ),
        Field::new("startLocal", "start_local", Kind::Clock).required(),
        Field::new("endLocal", "end_local", Kind::Clock).required(),
        Field::new("days", "days", Kind::Words("Weekday", Weekday::WORDS)).required(),
        Field::new("validFrom", "valid_from", Kind::Day).required(),
        Field::new("validTo", "valid_to", Kind::Day),
    ],
    line: Some("line_id"),
    used_by: &[],
    missing: SHIFT_NOT_FOUND,
    duplicate: engine::refusals::CODE_DUPLICATE,
    dependent: SHIFT_HAS_DEPENDENCIES,
    owner: None,
    deletes: true,
    tells: None,
};

pub(crate) fn register(registry: &mut Registry) {
    SHIFTS.register(registry);
}
