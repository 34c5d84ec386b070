//! Say by which template the first article of a route is inspected.

use engine::command::given;
use engine::{Ask, Command, Cx, Entity, Need, Permit, patch};
use kernel::Result;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::RouteAnswer;
use super::{FAI_TEMPLATE, FAI_TEMPLATE_NOT_FOUND, FaiTemplate, Route, RouteCode};

kernel::code! {
    /// The code of an inspection template.
    TemplateCode, max 64;
}

/// Give a route its first-article template, or take it away with `null`; absent it stays. Also on ERP routes (R-CORE-055).
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetFaiTemplate {
    pub routing_code: RouteCode,
    #[serde(default, deserialize_with = "given")]
    pub fai_template_code: Option<Option<TemplateCode>>,
}

impl Command for SetFaiTemplate {
    type Loaded = Route;
    type Output = RouteAnswer;
    const NAME: &'static str = "route.set_fai_template";
    const ROUTE: engine::Route = patch("/routes/{routingCode}/fai-template");
    const PERMIT: Need = Need::Any(&[Permit::RouteConfigure]);
    const VERSIONED: bool = true;

    fn entity(&self) -> Entity {
        Entity::of("route", &self.routing_code)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Route> {
        let route = Route::to_change(cx, ask, &self.routing_code)?;
        ask.part(cx.unchanged(route.version))?;
        if let Some(Some(code)) = &self.fai_template_code {
            let wish = FaiTemplate {
                template_code: code.to_string(),
                product_code: route.product_code.clone(),
                process_type: route.process_type,
            };
            let found = ask.gate(cx, &FAI_TEMPLATE, &wish)?;
            ask.that(!found.is_empty(), || FAI_TEMPLATE_NOT_FOUND.with("template", code))?;
        }
        Ok(route)
    }

    fn run(self, before: Route, cx: &mut Cx<'_>) -> Result<RouteAnswer> {
        let mut route = before.clone();
        if let Some(template) = self.fai_template_code {
            route.fai_template_code = template.map(|code| code.to_string());
        }
        let route = before.edited(cx, route)?;
        RouteAnswer::of(cx, &route)
    }
}
