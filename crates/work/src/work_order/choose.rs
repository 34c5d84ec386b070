//! Which route an order is built by: the run's word, the planner's, the order's, then what fits the product (R-CORE-080…082).

use engine::{Cx, row, sql};
use kernel::{Error, Instant, Result, p};
use plant::route::version::{ROUTE_VERSION_NOT_FOUND, ROUTE_VERSION_NOT_READY};
use plant::route::{ROUTE_NOT_FOUND, Route, RouteCode, RouteSource, RouteVersion, VersionStatus};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use super::WorkOrder;

kernel::refusals! {
    /// Several routes match (candidates)
    ROUTE_AMBIGUOUS: Unprocessable (product, candidates);
    /// Route inactive or outside its dates
    ROUTE_NOT_EFFECTIVE: Unprocessable (route);
    /// Route belongs to another product; acknowledge
    ROUTE_PRODUCT_MISMATCH: Unprocessable (route, product, wanted);
    /// Release: route has no READY version
    ROUTE_NOT_READY: Conflict (route, errors);
}

kernel::words! {
    /// How an order came to its route.
    pub enum RouteMode {
        Given = "GIVEN", Override = "OVERRIDE", Order = "ORDER", Mes = "MES_PRODUCT", Erp = "ERP_PRODUCT",
        Ambiguous = "AMBIGUOUS", Missing = "MISSING",
    }
}

row! {
    /// A route of the product that may be chosen now.
    pub struct Candidate {
        pub code: RouteCode,
        pub source_system: RouteSource,
        pub effective_from: Option<Instant>,
    }
}

/// What the routes of a product come to.
#[derive(Debug, PartialEq)]
pub enum Choice {
    One(RouteCode, RouteMode),
    Many(Vec<RouteCode>),
    None,
}

/// The route of a product: MES routes before ERP ones; of several the strictly latest `effectiveFrom`, where no date is the oldest.
pub fn choose(candidates: &[Candidate]) -> Choice {
    for (source, mode) in [(RouteSource::Mes, RouteMode::Mes), (RouteSource::Erp, RouteMode::Erp)] {
        let of_source: Vec<&Candidate> = candidates.iter().filter(|c| c.source_system == source).collect();
        let Some(latest) = of_source.iter().map(|c| c.effective_from).max() else { continue };
        let newest: Vec<&&Candidate> = of_source.iter().filter(|c| c.effective_from == latest).collect();
        return match newest.as_slice() {
            [one] => Choice::One(one.code.clone(), mode),
            many => Choice::Many(many.iter().map(|c| c.code.clone()).collect()),
        };
    }
    Choice::None
}

/// The routes that may be chosen for a product at a moment; generic routes never are.
pub fn candidates(cx: &Cx<'_>, product_key: &str) -> Result<Vec<Candidate>> {
    cx.all(
        sql!(
            "select code, source_system, effective_from from route
             where product_key = $1 and is_active = 1 and (effective_from is null or effective_from <= $2)
                 and (effective_to is null or effective_to > $3)
             order by code_key"
        ),
        p![product_key, cx.now, cx.now],
    )
}

/// How an order comes to a route, before anything is required of it.
#[derive(Clone, Debug)]
pub struct Resolution {
    pub mode: RouteMode,
    /// The code that was asked for or found.
    pub code: Option<String>,
    pub candidates: Vec<RouteCode>,
    pub route: Option<Route>,
}

/// What answers show of a resolution.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResolutionView {
    pub mode: RouteMode,
    pub routing_code: Option<String>,
    pub candidate_codes: Vec<RouteCode>,
    /// The newest READY version of the route.
    pub version_no: Option<i64>,
    /// Why the order cannot be built by it: the code of the refusal.
    pub problem: Option<&'static str>,
}

impl Resolution {
    /// Follow the order of R-CORE-080.
    pub fn of(cx: &Cx<'_>, order: &WorkOrder, given: Option<&RouteCode>) -> Result<Resolution> {
        let ours = order.routing_code.as_ref().or(order.requested_routing_code.as_ref());
        let named = [
            (given.map(|c| c.as_str()), RouteMode::Given),
            (order.routing_override.as_deref(), RouteMode::Override),
            (ours.map(String::as_str), RouteMode::Order),
        ];
        if let Some((code, mode)) = named.into_iter().find_map(|(code, mode)| code.map(|c| (c, mode))) {
            let route = match RouteCode::parse(code) {
                Ok(code) => Route::find(cx, &code)?,
                Err(_) => None,
            };
            let mode = if route.is_some() { mode } else { RouteMode::Missing };
            return Ok(Resolution { mode, code: Some(code.to_string()), candidates: vec![], route });
        }
        let found = candidates(cx, &order.product_key)?;
        let codes = found.iter().map(|c| c.code.clone()).collect();
        Ok(match choose(&found) {
            Choice::One(code, mode) => {
                let route = Route::find(cx, &code)?;
                Resolution { mode, code: Some(code.to_string()), candidates: codes, route }
            }
            Choice::Many(codes) => {
                Resolution { mode: RouteMode::Ambiguous, code: None, candidates: codes, route: None }
            }
            Choice::None => Resolution { mode: RouteMode::Missing, code: None, candidates: vec![], route: None },
        })
    }

    /// The route, or `ROUTE_NOT_FOUND`, `ROUTE_AMBIGUOUS`, `ROUTE_NOT_EFFECTIVE` (422).
    pub fn required(&self, cx: &Cx<'_>, order: &WorkOrder) -> Result<Route> {
        if self.mode == RouteMode::Ambiguous {
            let refusal = ROUTE_AMBIGUOUS.with("product", &order.product_code);
            return Err(refusal.with("candidates", &self.candidates).into());
        }
        let Some(route) = &self.route else {
            let named = self.code.as_deref().unwrap_or("none");
            return Err(ROUTE_NOT_FOUND
                .with("route", named)
                .with("product", &order.product_code)
                .unprocessable()
                .into());
        };
        if !route.is_effective(cx.now) {
            return Err(ROUTE_NOT_EFFECTIVE.with("route", &route.code).into());
        }
        if self.mode == RouteMode::Given {
            made_for(route, order)?;
        }
        Ok(route.clone())
    }

    /// How it is stored with the order.
    pub fn keep_in(&self, order: &mut WorkOrder) {
        order.routing_mode = Some(self.mode);
        order.routing_candidates = Some(Json::from(self.candidates.iter().map(|c| c.as_str()).collect::<Vec<_>>()));
    }

    /// How it is shown.
    pub fn view(&self, cx: &Cx<'_>, order: &WorkOrder) -> Result<ResolutionView> {
        let mut version_no = None;
        let answer = self.required(cx, order).and_then(|route| {
            let ready = ready_version(cx, &route, None)?;
            version_no = Some(ready.version_no);
            Ok(())
        });
        let problem = match answer {
            Ok(()) => None,
            Err(Error::Refused(refusal)) => Some(refusal.def.code),
            Err(other) => return Err(other),
        };
        Ok(ResolutionView {
            mode: self.mode,
            routing_code: self.route.as_ref().map(|r| r.code.to_string()),
            candidate_codes: self.candidates.clone(),
            version_no,
            problem,
        })
    }
}

/// A route named for one release or run fits the product, is generic, or is the override somebody acknowledged (R-CORE-086).
pub fn made_for(route: &Route, order: &WorkOrder) -> Result<()> {
    let other = route.product_key.as_ref().is_some_and(|key| *key != order.product_key);
    let acknowledged = order.routing_override.as_deref().is_some_and(|code| kernel::code::fold(code) == route.code_key);
    if !other || acknowledged {
        return Ok(());
    }
    let refusal = ROUTE_PRODUCT_MISMATCH.with("route", &route.code).with("product", &route.product_code);
    Err(refusal.with("wanted", &order.product_code).into())
}

/// The newest READY version, or the given one if it is READY; else `ROUTE_VERSION_NOT_READY`, `ROUTE_VERSION_NOT_FOUND`.
pub fn ready_version(cx: &Cx<'_>, route: &Route, given: Option<u32>) -> Result<RouteVersion> {
    let not_ready = || ROUTE_VERSION_NOT_READY.with("route", &route.code);
    let Some(version_no) = given else {
        return Route::newest_ready(cx, route.id)?.ok_or_else(|| not_ready().into());
    };
    match RouteVersion::of(cx, route, version_no.into())? {
        None => Err(ROUTE_VERSION_NOT_FOUND.with("route", &route.code).with("version", version_no).into()),
        Some(version) if version.status != VersionStatus::Ready => {
            Err(not_ready().with("version", version_no).with("status", version.status).into())
        }
        Some(version) => Ok(version),
    }
}

/// The same for a release: without a READY version `ROUTE_NOT_READY` with what the newest compile found wrong.
pub fn releasable(cx: &Cx<'_>, route: &Route) -> Result<RouteVersion> {
    match ready_version(cx, route, None) {
        Err(Error::Refused(_)) => {
            let sql = sql!("select errors from route_version where route_id = $1 order by version_no desc limit 1");
            let errors: Option<Json> = cx.value(sql, p![route.id])?;
            Err(ROUTE_NOT_READY.with("route", &route.code).with("errors", errors.unwrap_or(Json::Array(vec![]))).into())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(code: &str, source_system: RouteSource, from: Option<i64>) -> Candidate {
        Candidate { code: RouteCode::parse(code).unwrap(), source_system, effective_from: from.map(Instant::from_ms) }
    }

    fn one(code: &str, mode: RouteMode) -> Choice {
        Choice::One(RouteCode::parse(code).unwrap(), mode)
    }

    #[test]
    fn r_core_080_mes_routes_go_before_erp_routes() {
        let both = [candidate("E1", RouteSource::Erp, Some(9)), candidate("M1", RouteSource::Mes, None)];
        assert_eq!(choose(&both), one("M1", RouteMode::Mes));
        assert_eq!(choose(&both[..1]), one("E1", RouteMode::Erp));
        assert_eq!(choose(&[]), Choice::None);
    }

    #[test]
    fn r_core_081_of_several_the_strictly_latest_date_wins_and_no_date_is_the_oldest() {
        let dated = [
            candidate("M1", RouteSource::Mes, None),
            candidate("M2", RouteSource::Mes, Some(5)),
            candidate("M3", RouteSource::Mes, Some(7)),
        ];
        assert_eq!(choose(&dated), one("M3", RouteMode::Mes));
        assert_eq!(choose(&dated[..2]), one("M2", RouteMode::Mes));
    }

    #[test]
    fn r_core_081_the_same_date_twice_or_two_without_one_are_ambiguous() {
        let codes = |codes: &[&str]| Choice::Many(codes.iter().map(|c| RouteCode::parse(c).unwrap()).collect());
        let same = [
            candidate("M1", RouteSource::Mes, Some(7)),
            candidate("M2", RouteSource::Mes, Some(7)),
            candidate("M3", RouteSource::Mes, Some(1)),
        ];
        assert_eq!(choose(&same), codes(&["M1", "M2"]), "only those that tie are candidates");
        let undated = [candidate("M1", RouteSource::Mes, None), candidate("M2", RouteSource::Mes, None)];
        assert_eq!(choose(&undated), codes(&["M1", "M2"]), "core §7 example 4");
    }
}
