//! The story of a unit, told from its tracks, defects and holds in the order in which they happened.

use engine::{Lang, words};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

/// Something that happened, as a timeline shows it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Happening {
    pub at: String,
    pub title: String,
    pub status: &'static str,
    pub icon: &'static str,
    pub source: Option<String>,
    pub by: Option<String>,
    pub more: Option<String>,
    pub code: Option<String>,
}

/// What happened, oldest first; several things of one moment stay in the order of their sections.
pub fn told(lang: Lang, tracks: &[Json], defects: &[Json], holds: &[Json]) -> Vec<Happening> {
    let teller = Teller { lang };
    let mut all: Vec<Happening> = Vec::new();
    all.extend(tracks.iter().flat_map(|t| teller.track(t)));
    all.extend(defects.iter().filter_map(|d| teller.defect(d)));
    all.extend(holds.iter().flat_map(|h| teller.hold(h)));
    all.sort_by(|a, b| a.at.cmp(&b.at));
    all
}

struct Teller {
    lang: Lang,
}

fn text(row: &Json, field: &str) -> Option<String> {
    row[field].as_str().filter(|t| !t.is_empty()).map(str::to_string)
}

impl Teller {
    fn say(&self, key: &str, row: &Json) -> String {
        let step = [row["stepNo"].as_i64().map(|n| n.to_string()), text(row, "operation")];
        let step: Vec<String> = step.into_iter().flatten().collect();
        let args = [
            ("step", Json::from(step.join(" "))),
            ("station", row["stationCode"].clone()),
            ("defect", row["defectCode"].clone()),
            ("kind", Json::from(self.word("UnitHoldKind", row["kind"].as_str().unwrap_or_default()))),
        ];
        words::say(self.lang, key, args)
    }

    fn word(&self, vocabulary: &str, word: &str) -> String {
        if word.is_empty() { String::new() } else { words::say(self.lang, &format!("word-{vocabulary}-{word}"), []) }
    }

    fn track(&self, row: &Json) -> Vec<Happening> {
        let source = text(row, "source").map(|s| self.word("StationType", &s));
        let mut told = Vec::new();
        if let Some(at) = text(row, "inAt") {
            told.push(Happening {
                at,
                title: self.say("story-in", row),
                status: if row["executionMode"] == "FAI_TRIAL" { "trial" } else { "current" },
                icon: "in",
                source: source.clone(),
                by: text(row, "inBy"),
                more: None,
                code: None,
            });
        }
        if let Some(at) = text(row, "outAt") {
            let good = row["result"] == "PASS";
            let reasons = row["resultReasons"].as_array().into_iter().flatten().filter_map(|r| r["detail"].as_str());
            let reasons: Vec<&str> = reasons.collect();
            told.push(Happening {
                at,
                title: self.say(if good { "story-passed" } else { "story-failed" }, row),
                status: if good { "done" } else { "fail" },
                icon: if good { "done" } else { "fail" },
                source,
                by: text(row, "operatorId").or_else(|| text(row, "outBy")),
                more: (!reasons.is_empty()).then(|| reasons.join(" · ")),
                code: None,
            });
        }
        if let Some(at) = text(row, "voidedAt") {
            told.push(Happening {
                at,
                title: self.say("story-voided", row),
                status: "expired",
                icon: "undo",
                source: None,
                by: text(row, "voidedBy"),
                more: text(row, "voidReason"),
                code: None,
            });
        }
        told
    }

    fn defect(&self, row: &Json) -> Option<Happening> {
        let more = [text(row, "location"), text(row, "remark")];
        let more: Vec<String> = more.into_iter().flatten().collect();
        Some(Happening {
            at: text(row, "at")?,
            title: self.say("story-defect", row),
            status: "fail",
            icon: "fail",
            source: None,
            by: None,
            more: (!more.is_empty()).then(|| more.join(" · ")),
            code: text(row, "defectCode"),
        })
    }

    fn hold(&self, row: &Json) -> Vec<Happening> {
        let of = |at: Option<String>, key: &str, status, icon, by, more| {
            let title = self.say(key, row);
            let code = text(row, "sourceNo");
            at.map(|at| Happening { at, title, status, icon, source: None, by, more, code })
        };
        let opened = of(text(row, "at"), "story-held", "fail", "hold", text(row, "by"), text(row, "reason"));
        let (by, why) = (text(row, "releasedBy"), text(row, "releaseReason"));
        let ended = of(text(row, "releasedAt"), "story-released", "done", "done", by, why);
        opened.into_iter().chain(ended).collect()
    }
}
