//! Serials like one that nobody issued: those that stand next to it in order begin like it and differ in their last characters.

use std::cmp::Reverse;

use engine::{Cx, Need, Permit, Query, Route, get, row, sql};
use kernel::code::Sn;
use kernel::{Result, p};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use work::unit::UnitStatus;

/// So many are offered.
const OFFERED: usize = 5;
/// A shorter common beginning makes no likeness; nor does one that is shorter than half of what was asked.
const ALIKE: usize = 3;

/// Serials that resemble one, the most alike first: of those that stand next to it in order, twenty on each side, as it was
/// typed and in capitals.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SimilarUnits {
    pub sn: Sn,
}

/// A unit whose serial resembles the one asked for.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SimilarUnit {
    pub sn: String,
    /// How many characters at the beginning are the same.
    pub same: usize,
    pub status: UnitStatus,
    pub run_no: Option<String>,
}

/// At most five, within the asker's lines.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Similar {
    pub items: Vec<SimilarUnit>,
}

row! {
    /// A unit next to a serial in order.
    struct Neighbour {
        sn: String,
        status: UnitStatus,
        run_no: Option<String>,
    }
}

impl Query for SimilarUnits {
    type Output = Similar;
    const NAME: &'static str = "trace.similar";
    const ROUTE: Route = get("/trace/similar-units");
    const PERMIT: Need = Need::Any(&[Permit::TraceRead]);

    fn ask(self, cx: &Cx<'_>) -> Result<Similar> {
        let asked = self.sn.to_string();
        let mut spellings = vec![asked.to_uppercase(), asked];
        spellings.dedup();
        let mut items: Vec<SimilarUnit> = Vec::new();
        for spelling in &spellings {
            let enough = ALIKE.max(spelling.chars().count().div_ceil(2));
            for next in neighbours(cx, spelling)? {
                let same = spelling.chars().zip(next.sn.chars()).take_while(|(a, b)| a == b).count();
                if same >= enough && items.iter().all(|known| known.sn != next.sn) {
                    items.push(SimilarUnit { sn: next.sn, same, status: next.status, run_no: next.run_no });
                }
            }
        }
        // Among equals those that stand nearest stay in front.
        items.sort_by_key(|unit| Reverse(unit.same));
        items.truncate(OFFERED);
        Ok(Similar { items })
    }
}

/// What stands next to a serial on both sides; only then is looked whose they are.
fn neighbours(cx: &Cx<'_>, sn: &str) -> Result<Vec<Neighbour>> {
    let mut found: Vec<Neighbour> = cx.all(
        sql!(
            "select n.sn, n.status, r.run_no
             from (select sn, status, run_id from unit where sn >= $1 order by sn limit 20) n
             left join run r on r.id = n.run_id where 1 = 1 {scope: r.line_id or null}"
        ),
        p![sn],
    )?;
    let before: Vec<Neighbour> = cx.all(
        sql!(
            "select n.sn, n.status, r.run_no
             from (select sn, status, run_id from unit where sn < $1 order by sn desc limit 20) n
             left join run r on r.id = n.run_id where 1 = 1 {scope: r.line_id or null}"
        ),
        p![sn],
    )?;
    found.extend(before);
    Ok(found)
}
