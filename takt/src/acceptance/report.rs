//! What an acceptance run tells: as JSON, and as JUnit for whoever builds.

use std::time::Instant as Stopwatch;

use kernel::Instant;
use serde::Serialize;
use serde_json::Value as Json;

use crate::client::Failure;

/// A whole run of a scenario.
#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub ok: bool,
    pub started_at: Instant,
    pub ended_at: Instant,
    pub duration_ms: u64,
    pub context: Context,
    pub steps: Vec<Step>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Wrong>,
}

/// What the scenario was about; names that it does not have are null.
#[derive(Serialize, Clone, Debug, Default)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    pub url: String,
    pub track: String,
    pub scenario: String,
    pub dataset: String,
    pub line_code: Option<String>,
    pub route_code: Option<String>,
    pub product_code: Option<String>,
    pub wo_no: Option<String>,
    pub run_no: Option<String>,
    pub sn: Option<String>,
    pub fai_no: Option<String>,
    pub oqc_no: Option<String>,
    pub mrb_decision: Option<String>,
    pub rework_run_no: Option<String>,
}

/// One step: performed well, failed, or not reached.
#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    pub name: String,
    pub ok: bool,
    pub started_at: Option<Instant>,
    pub ended_at: Option<Instant>,
    pub duration_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Wrong>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Json>,
}

/// What was wrong.
#[derive(Serialize, Clone, Debug)]
pub struct Wrong {
    pub code: String,
    pub message: String,
    pub status: Option<u16>,
}

impl From<Failure> for Wrong {
    fn from(failure: Failure) -> Wrong {
        Wrong { code: failure.code, message: failure.message, status: failure.status }
    }
}

/// A step to come: a name, and what it does to the world `W`; what it gives is kept as `meta`.
pub struct ToDo<W> {
    pub name: String,
    pub run: Box<dyn FnOnce(&mut W) -> Result<Json, Failure>>,
}

impl<W> ToDo<W> {
    pub fn new(name: impl Into<String>, run: impl FnOnce(&mut W) -> Result<Json, Failure> + 'static) -> ToDo<W> {
        ToDo { name: name.into(), run: Box::new(run) }
    }
}

/// Perform the steps in order; after the first that fails, the others are told as not reached.
pub fn perform<W>(world: &mut W, steps: Vec<ToDo<W>>, context: impl Fn(&W) -> Context, told: impl Fn(&Step)) -> Report {
    let (started_at, watch) = (now(), Stopwatch::now());
    let mut done: Vec<Step> = Vec::with_capacity(steps.len());
    let mut error: Option<Wrong> = None;
    for todo in steps {
        let step = match &error {
            Some(_) => Step {
                name: todo.name,
                ok: false,
                started_at: None,
                ended_at: None,
                duration_ms: 0,
                error: None,
                meta: None,
            },
            None => one(world, todo),
        };
        error = error.or_else(|| step.error.clone());
        told(&step);
        done.push(step);
    }
    let duration_ms = watch.elapsed().as_millis() as u64;
    Report {
        ok: error.is_none(),
        started_at,
        ended_at: now(),
        duration_ms,
        context: context(world),
        steps: done,
        error,
    }
}

fn one<W>(world: &mut W, todo: ToDo<W>) -> Step {
    let (started_at, watch) = (now(), Stopwatch::now());
    let outcome = (todo.run)(world);
    let duration_ms = watch.elapsed().as_millis() as u64;
    let (ok, error, meta) = match outcome {
        Ok(meta) => (true, None, Some(meta).filter(|m| !m.is_null())),
        Err(failure) => (false, Some(Wrong::from(failure)), None),
    };
    Step { name: todo.name, ok, started_at: Some(started_at), ended_at: Some(now()), duration_ms, error, meta }
}

fn now() -> Instant {
    let wall = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Instant::from_ms(wall.map_or(0, |d| d.as_millis() as i64))
}

impl Report {
    /// The report as JSON.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// One `testsuite` with one `testcase` for each step: the first that failed has a `failure`, later ones are skipped.
    pub fn junit(&self) -> String {
        let name = format!("takt.acceptance.{}.{}", self.context.track, self.context.scenario);
        let failures = usize::from(self.error.is_some());
        let skipped = self.steps.iter().filter(|s| s.started_at.is_none()).count();
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml.push_str(&format!(
            "<testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time=\"{}\" timestamp=\"{}\">\n",
            escaped(&name),
            self.steps.len(),
            seconds(self.duration_ms),
            self.started_at
        ));
        for step in &self.steps {
            let head = format!(
                "  <testcase classname=\"{}\" name=\"{}\" time=\"{}\"",
                escaped(&name),
                escaped(&step.name),
                seconds(step.duration_ms)
            );
            let inside = match (&step.error, step.started_at) {
                (Some(wrong), _) => {
                    let (code, text) = (escaped(&wrong.code), escaped(&wrong.message));
                    format!(">\n    <failure type=\"{code}\" message=\"{text}\"/>\n  </testcase>\n")
                }
                (None, None) => ">\n    <skipped/>\n  </testcase>\n".to_string(),
                (None, Some(_)) => "/>\n".to_string(),
            };
            xml.push_str(&head);
            xml.push_str(&inside);
        }
        xml.push_str("</testsuite>\n");
        xml
    }
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report() -> Report {
        let context = |_: &i32| Context { track: "smt".into(), scenario: "x".into(), ..Context::default() };
        let steps = vec![
            ToDo::new("first", |w: &mut i32| {
                *w += 1;
                Ok(json!({ "seen": *w }))
            }),
            ToDo::new("second <&\">", |_| {
                Err(Failure { status: Some(409), ..Failure::new("RUN_ON_HOLD", "a \"hold\"\n") })
            }),
            ToDo::new("third", |w: &mut i32| {
                *w += 100;
                Ok(Json::Null)
            }),
        ];
        let mut world = 0;
        let report = perform(&mut world, steps, context, |_| {});
        assert_eq!(world, 1, "nothing is done after the first failure");
        report
    }

    #[test]
    fn the_report_has_its_shape_as_json() {
        let json: Json = serde_json::from_str(&report().json()).unwrap();
        assert_eq!(json["ok"], false);
        assert_eq!(json["context"]["track"], "smt");
        assert_eq!(json["context"]["faiNo"], Json::Null);
        assert_eq!(json["steps"][0]["meta"]["seen"], 1);
        assert_eq!(
            json["steps"][1]["error"],
            json!({ "code": "RUN_ON_HOLD", "message": "a \"hold\"\n", "status": 409 })
        );
        assert_eq!(json["steps"][2]["startedAt"], Json::Null);
        assert_eq!(json["error"]["code"], "RUN_ON_HOLD");
        assert!(json["durationMs"].is_u64() && json["startedAt"].is_string());
    }

    #[test]
    fn the_report_has_its_shape_as_junit() {
        let xml = report().junit();
        assert!(xml.contains(
            "<testsuite name=\"takt.acceptance.smt.x\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\""
        ));
        assert!(xml.contains("<testcase classname=\"takt.acceptance.smt.x\" name=\"first\" time=\"0.0"));
        assert!(xml.contains("name=\"second &lt;&amp;&quot;&gt;\""));
        assert!(xml.contains("<failure type=\"RUN_ON_HOLD\" message=\"a &quot;hold&quot; \"/>"));
        assert_eq!(xml.matches("<skipped/>").count(), 1);
    }
}
