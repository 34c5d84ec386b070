//! People from a CSV file, each row by itself (platform §1.1).

use engine::{Ask, Command, Cx, Entity, Lang, Need, Permit, Route, post, words};
use kernel::error::VALIDATION_FAILED;
use kernel::{FieldError, Refusal, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::create::CreateUser;
use crate::csv;

/// The most rows of one file.
const ROWS_MAX: usize = 500;
/// The columns that hold several codes, separated by spaces or semicolons.
const LISTS: [&str; 3] = ["roles", "lineCodes", "stationCodes"];
const COLUMNS: [&str; 10] =
    ["username", "name", "roles", "lineCodes", "stationCodes", "email", "employeeNo", "department", "phone", "locale"];

/// Add people from CSV text with a heading row of field names; at most 500 rows. Rows that are refused leave the others alone.
/// Each new person gets an enrolment link, shown once.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportUsers {
    /// The file's text: `username,name,roles,lineCodes,stationCodes,email,employeeNo,department,phone,locale`.
    #[schemars(extend("x-csv" = true), length(max = 500_000))]
    pub csv: String,
}

/// What became of each row, and once the links of the new people.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    pub created: usize,
    pub failed: usize,
    pub rows: Vec<RowResult>,
    #[schemars(extend("x-secret" = true))]
    pub secrets: Vec<Invitation>,
}

/// What became of one row; the heading is row 1.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RowResult {
    pub row: usize,
    pub username: String,
    pub status: &'static str,
    pub code: Option<String>,
    pub detail: Option<String>,
}

/// The word of one person's enrolment link.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Invitation {
    pub username: String,
    pub secret: String,
}

impl Command for ImportUsers {
    type Loaded = Vec<Map<String, Json>>;
    type Output = Imported;
    const NAME: &'static str = "user.import";
    const ROUTE: Route = post("/users/import");
    const PERMIT: Need = Need::Any(&[Permit::SystemUserManage]);

    fn entity(&self) -> Entity {
        Entity::of("user", "import")
    }

    fn guards(&self, _cx: &Cx<'_>, ask: &mut Ask) -> Result<Vec<Map<String, Json>>> {
        let wrong = |problem: String| fault("/csv", problem);
        let read = csv::read(&self.csv, &COLUMNS, ROWS_MAX);
        match read {
            Ok(rows) => Ok(rows.into_iter().map(|row| fields(&row)).collect()),
            Err(problem) => ask.need(None, wrong(problem)),
        }
    }

    fn run(self, rows: Vec<Map<String, Json>>, cx: &mut Cx<'_>) -> Result<Imported> {
        let lang = cx.actor().lang;
        let mut answer = Imported { created: 0, failed: 0, rows: vec![], secrets: vec![] };
        for (i, row) in rows.into_iter().enumerate() {
            let username = row.get("username").and_then(Json::as_str).unwrap_or_default().to_string();
            let row = Json::Object(row);
            let read = |row: &Json| serde_json::from_value::<CreateUser>(row.clone());
            let made = match read(&row) {
                Ok(create) => cx.attempt(|cx| {
                    cx.about("user", &create.username);
                    let found = create.guards(cx, &mut Ask::first())?;
                    let created = create.run(found, cx)?;
                    // Each person has a history of his own, so each has an audit row of his own.
                    cx.record("USER_IMPORT")?;
                    Ok(created)
                })?,
                Err(problem) => {
                    let problem = problem.to_string();
                    let path = engine::door::culprit(&row, &problem, |row| read(row).map(drop));
                    Err(fault(&path, problem))
                }
            };
            match made {
                Ok(created) => {
                    answer.created += 1;
                    answer
                        .secrets
                        .extend(created.secret.map(|secret| Invitation { username: username.clone(), secret }));
                    answer.rows.push(RowResult { row: i + 2, username, status: "CREATED", code: None, detail: None });
                }
                Err(refusal) => {
                    answer.failed += 1;
                    let (code, detail) = (Some(refusal.def.code.to_string()), Some(said(lang, &refusal)));
                    answer.rows.push(RowResult { row: i + 2, username, status: "FAILED", code, detail });
                }
            }
        }
        cx.about("user", "import");
        for (name, count) in [("created", answer.created), ("failed", answer.failed)] {
            cx.note("add", name, None, Some(count.into()));
        }
        Ok(answer)
    }
}

/// A field of the file that cannot be read.
fn fault(path: &str, message: String) -> Refusal {
    let mut refusal = Refusal::from(VALIDATION_FAILED);
    refusal.errors.push(FieldError { path: path.into(), code: "INVALID".into(), message });
    refusal
}

/// The sentence of a refusal, with what is wrong in which field.
fn said(lang: Lang, refusal: &Refusal) -> String {
    let errors = refusal.errors.iter().filter(|_| refusal.def.code == VALIDATION_FAILED.code);
    let faults: Vec<String> = errors.map(|e| format!("{} {}", e.path, e.message).trim().to_string()).collect();
    [words::refusal(lang, refusal), faults.join("; ")].join(" ").trim().to_string()
}

/// A row as the fields of `user.create`: empty cells are absent, lists are split.
fn fields(row: &[(String, String)]) -> Map<String, Json> {
    let mut fields = Map::new();
    for (name, text) in row.iter().filter(|(_, text)| !text.trim().is_empty()) {
        let value = if LISTS.contains(&name.as_str()) {
            Json::from(text.split([' ', ';', ',']).filter(|code| !code.is_empty()).collect::<Vec<_>>())
        } else {
            Json::from(text.trim())
        };
        fields.insert(name.clone(), value);
    }
    fields.entry("roles").or_insert_with(|| Json::Array(vec![]));
    fields
}
