//! Nobody gives away, takes away or takes over what rules the system without holding as much himself.
//!
//! Managing people and managing roles are two points. Whoever has one of them would have everything if he could give himself
//! a role with the other, put it into a role he has, or reset the password of somebody who has it.

use engine::perform::forbidden;
use engine::{Ask, Cx, Permit, Permits};
use kernel::Result;

/// Whether whoever asks holds every `system:` point among these: FORBIDDEN with those he lacks.
pub fn over(cx: &Cx<'_>, ask: &mut Ask, points: Permits) -> Result<()> {
    let rules = |p: &Permit| p.domain() == "system" && !cx.actor().has(*p);
    let lacking: Vec<Permit> = points.closure().iter().filter(rules).collect();
    ask.that(lacking.is_empty(), || forbidden(&lacking))
}
