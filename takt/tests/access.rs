//! Who gets in and what he may see, over HTTP: passwords, cookies, scope, streams and files.

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use common::{PASSWORD, Served, code, done, refused};
use serde_json::{Value as Json, json};
use xtask::load::http::{Answer, Request};
use xtask::load::{Session, fresh_key};

/// A new person with these roles who has a password of his own; signed in.
fn person(served: &Served, admin: &mut Session, name: &str, roles: Json, more: Json) -> Session {
    let mut fields =
        json!({ "username": name, "name": name, "roles": roles, "locale": "en", "initialPassword": PASSWORD });
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    done(admin, Request::post("/api/v1/users").json(&fields));
    served.session(name)
}

/// Two lines with a station each.
fn floor(served: &Served, admin: &mut Session) {
    let mut engineer = person(served, admin, "engineer", json!(["engineer"]), json!({}));
    for line in ["SMT-A", "SMT-B"] {
        let fields = json!({ "code": line, "name": line, "processType": "SMT" });
        done(&mut engineer, Request::post("/api/v1/lines").json(&fields));
        let fields = json!({ "code": format!("ST-{line}"), "name": line, "lineCode": line, "stationType": "MANUAL" });
        done(&mut engineer, Request::post("/api/v1/stations").json(&fields));
    }
}

fn edit(admin: &mut Session, username: &str, change: &Json) -> Json {
    let path = format!("/api/v1/users/{username}");
    let etag = admin.get(&path).unwrap().headers("etag").next().unwrap().to_string();
    done(admin, Request::new("PATCH", path).json(change).header("If-Match", &etag))
}

fn to(answer: &Answer) -> &str {
    answer.headers("location").next().unwrap_or_default()
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).replace("&#x2f;", "/")
}

/// A stream of news that is read bit by bit.
struct Stream(TcpStream);

impl Stream {
    fn open(served: &Served, session: &Session, topics: &str) -> Stream {
        let mut socket = TcpStream::connect(served.address).unwrap();
        let head =
            format!("GET /events/stream?topics={topics} HTTP/1.1\r\nHost: x\r\nCookie: {}\r\n\r\n", session.cookie());
        socket.write_all(head.as_bytes()).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let mut stream = Stream(socket);
        assert!(stream.hears("heartbeat", 5_000).0, "the stream is open");
        stream
    }

    /// Whether a text comes within the time, and whether the stream is over.
    fn hears(&mut self, wanted: &str, ms: u64) -> (bool, bool) {
        let end = Instant::now() + Duration::from_millis(ms);
        let mut heard = Vec::new();
        let mut piece = [0u8; 4096];
        while Instant::now() < end {
            match self.0.read(&mut piece) {
                Ok(0) => return (false, true),
                Ok(n) => heard.extend_from_slice(&piece[..n]),
                Err(_) => {}
            }
            let text = String::from_utf8_lossy(&heard);
            if text.contains(wanted) {
                return (true, false);
            }
            if text.ends_with("0\r\n\r\n") {
                return (false, true);
            }
        }
        (false, false)
    }
}

#[test]
fn r_plat_002_whoever_must_change_the_password_is_led_to_it_from_everywhere_and_on_from_there() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    let fields =
        json!({ "username": "amy", "name": "Amy", "roles": ["planner"], "locale": "en", "firstAccess": "PASSWORD" });
    let first = done(&mut admin, Request::post("/api/v1/users").json(&fields))["secret"].as_str().unwrap().to_string();
    let mut amy = Session::sign_in(served.address, "amy", &first).unwrap();

    for page in
        ["/mes/runs?status=PREP", "/", "/profile", "/system/audit-logs", "/mes/search?q=x", "/forms/user.update_me"]
    {
        let answer = amy.get(page).unwrap();
        let next = page.replace('/', "%2F").replace('?', "%3F").replace('=', "%3D");
        assert_eq!((answer.status, to(&answer)), (303, format!("/password?next={next}").as_str()), "{page}");
    }
    let required = (403, "PASSWORD_CHANGE_REQUIRED".to_string());
    for question in
        ["/api/v1/runs", "/api/v1/users/me", "/api/v1/permissions/me", "/api/v1/auth/sessions", "/api/v1/audit-logs"]
    {
        assert_eq!(code(&amy.get(question).unwrap()), required, "{question}");
    }
    assert_eq!(code(&amy.get("/events/stream?topics=run:x").unwrap()), required);
    let dry = Request::post("/api/v1/work-orders/WO-1/release?dryRun=true").json(&json!({ "lineCode": "L" }));
    assert_eq!(refused(&mut amy, dry), required);
    let profile = Request::new("PATCH", "/api/v1/users/me").json(&json!({ "name": "A" })).header("If-Match", "\"1\"");
    assert_eq!(refused(&mut amy, profile), required);
    assert_eq!(amy.get("/api/v1/auth/session").unwrap().json().unwrap()["mustChangePassword"], true);

    let page = amy.get("/password?next=%2Fmes%2Fruns%3Fstatus%3DPREP").unwrap();
    assert_eq!(page.status, 200, "{}", text(&page));
    assert!(text(&page).contains("data-then=\"goto:/mes/runs?status=PREP\""), "{}", text(&page));
    assert!(text(&page).contains("action=\"/api/v1/users/me/change-password\"") && text(&page).contains("/logout"));
    let away = amy.get("/password?next=%2F%2Fevil.example").unwrap();
    assert!(text(&away).contains("data-then=\"goto:/\""), "never to another site");

    let change = |new: &str| {
        Request::post("/api/v1/users/me/change-password").json(&json!({ "oldPassword": first, "newPassword": new }))
    };
    assert_eq!(refused(&mut amy, change(&first)), (422, "PASSWORD_REUSED".into()), "the first one is no own one");
    done(&mut amy, change("brand new words 1"));
    assert_eq!(amy.get("/mes/runs?status=PREP").unwrap().status, 200);
    assert_eq!(amy.get("/api/v1/runs").unwrap().status, 200);
    let nobody = served.send(&Request::get("/password"));
    assert_eq!(to(&nobody), "/login?next=%2Fpassword");
    served.stop();
}

#[test]
fn r_plat_020_a_stream_hears_only_what_its_listener_may_know_now() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    floor(&served, &mut admin);
    let mut engineer = served.session("engineer");
    let mut rename = |line: &str, name: &str| {
        let path = format!("/api/v1/lines/{line}");
        let etag = engineer.get(&path).unwrap().headers("etag").next().unwrap().to_string();
        done(&mut engineer, Request::new("PATCH", path).json(&json!({ "name": name })).header("If-Match", &etag));
    };
    let lead = person(&served, &mut admin, "lead", json!(["leader"]), json!({ "lineCodes": ["SMT-A"] }));
    let mut stream = Stream::open(&served, &lead, "line:SMT-A,line:SMT-B");
    rename("SMT-A", "One");
    assert!(stream.hears("line:SMT-A", 5_000).0);
    edit(&mut admin, "lead", &json!({ "lineCodes": ["SMT-B"] }));
    assert!(stream.hears("permissionsChanged", 5_000).0, "his page is told");
    rename("SMT-A", "Two");
    rename("SMT-B", "Three");
    let mut heard = Vec::new();
    let end = Instant::now() + Duration::from_secs(5);
    let mut piece = [0u8; 4096];
    while Instant::now() < end && !String::from_utf8_lossy(&heard).contains("SMT-B") {
        if let Ok(n) = stream.0.read(&mut piece) {
            heard.extend_from_slice(&piece[..n]);
        }
    }
    let heard = String::from_utf8_lossy(&heard).into_owned();
    assert!(heard.contains("line:SMT-B") && !heard.contains("line:SMT-A"), "{heard}");
    edit(&mut admin, "lead", &json!({ "isActive": false }));
    assert_eq!(stream.hears("line:SMT-B", 15_000), (false, true), "R-PLAT-004: who is sent away hears nothing more");

    let boss = served.session("boss");
    let mut stream = Stream::open(&served, &boss, "line:SMT-A");
    let key = fresh_key();
    let mut leaving = boss.again();
    assert_eq!(leaving.command(Request::post("/api/v1/auth/logout").json(&json!({})), &key).unwrap().status, 200);
    assert_eq!(stream.hears("line:SMT-A", 15_000), (false, true), "a session that ended hears nothing more");
    served.stop();
}

#[test]
fn r_plat_041_a_dry_run_is_for_those_who_may_read_what_it_is_about() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    floor(&served, &mut admin);
    let mut operator = person(&served, &mut admin, "op1", json!(["operator"]), json!({ "stationCodes": ["ST-SMT-A"] }));
    let forbidden = (403, "FORBIDDEN".to_string());
    for (path, fields) in [
        ("/api/v1/users/boss/reset-password", json!({})),
        ("/api/v1/users/nobody.there/reset-password", json!({})),
        ("/api/v1/roles/admin/clone", json!({ "newCode": "x" })),
        ("/api/v1/api-tokens/TOK-1/revoke", json!({})),
        ("/api/v1/work-orders/WO-1/release", json!({ "lineCode": "SMT-A" })),
        ("/api/v1/routes/R-1/compile", json!({})),
        ("/api/v1/runs/RUN-1/generate-units", json!({ "quantity": 1 })),
    ] {
        let dry = Request::post(format!("{path}?dryRun=true")).json(&fields);
        assert_eq!(refused(&mut operator, dry), forbidden, "{path}");
    }
    served.stop();
}

#[test]
fn r_core_001_scope_is_asked_again_before_an_answer_is_given_again() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    floor(&served, &mut admin);
    let role = json!({ "code": "keeper", "name": "Keeper", "scope": "ASSIGNED_LINES", "permissions": ["line:config"] });
    done(&mut admin, Request::post("/api/v1/roles").json(&role));
    let mut keeper = person(&served, &mut admin, "keeper1", json!(["keeper"]), json!({ "lineCodes": ["SMT-A"] }));
    let key = fresh_key();
    let rename =
        Request::new("PATCH", "/api/v1/lines/SMT-A").json(&json!({ "name": "One" })).header("If-Match", "\"1\"");
    let mut ask = || keeper.command(rename.clone(), &key).unwrap();
    let first = ask();
    assert_eq!(first.status, 200, "{}", text(&first));
    let again = ask();
    assert_eq!((again.status, again.headers("idempotency-replayed").next()), (200, Some("true")));
    edit(&mut admin, "keeper1", &json!({ "lineCodes": ["SMT-B"] }));
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(code(&ask()), (403, "LINE_FORBIDDEN".into()));
    edit(&mut admin, "keeper1", &json!({ "lineCodes": ["SMT-A"] }));
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!((ask().status, ask().body == first.body), (200, true), "back in scope, the first answer is given again");
    served.stop();
}

#[test]
fn r_plat_053_r_plat_133_figures_are_for_this_machine_not_for_who_comes_through_its_proxy() {
    let served = Served::with(|config| config.trusted_proxies.extend(kernel::Cidr::parse("127.0.0.1")));
    assert_eq!(served.send(&Request::get("/metrics")).status, 200, "this machine");
    let through = |from: &str| served.send(&Request::get("/metrics").header("X-Forwarded-For", from)).status;
    assert_eq!(through("10.9.9.9"), 401);
    assert_eq!(through("127.0.0.1, 10.9.9.9"), 401, "what the client wrote itself does not count");
    let two = Request::get("/metrics").header("X-Forwarded-For", "127.0.0.1").header("X-Forwarded-For", "10.9.9.9");
    assert_eq!(served.send(&two).status, 401);
    served.stop();
}

#[test]
fn r_scr_010_everybody_lands_on_a_page_that_is_there_and_his() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    floor(&served, &mut admin);
    for preset in engine::permits::PRESET_ROLES.iter().filter(|r| !r.token_only && r.code != "engineer") {
        let more = json!({ "lineCodes": ["SMT-A"], "stationCodes": ["ST-SMT-A"] });
        person(&served, &mut admin, preset.code, json!([preset.code]), more);
        let form = format!("username={}&password={PASSWORD}&next=", preset.code);
        let sent = Request::post("/login").raw(form).header("Content-Type", "application/x-www-form-urlencoded");
        let answer = served.send(&sent);
        let cookie = answer.headers("set-cookie").next().unwrap().split(';').next().unwrap().to_string();
        let mut at = to(&answer).to_string();
        for _ in 0..3 {
            let page = served.send(&Request::get(at.clone()).header("Cookie", &cookie));
            match page.status {
                303 => at = to(&page).to_string(),
                status => {
                    assert_eq!(status, 200, "{} lands on {at}: {}", preset.code, text(&page));
                    break;
                }
            }
        }
    }
    served.stop();
}

#[test]
fn r_plat_010_another_site_neither_signs_anybody_out_nor_leads_him_away() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    let foreign = served.send(&Request::post("/logout").raw("csrf=guess").header("Cookie", admin.cookie()));
    assert_eq!((foreign.status, foreign.headers("set-cookie").count()), (303, 0));
    assert_eq!(admin.get("/api/v1/auth/session").unwrap().status, 200);
    let form = format!("username=boss&password={PASSWORD}&next=%2F%09%2Fevil.example");
    let answer = served.send(&Request::post("/login").raw(form));
    assert_eq!((answer.status, to(&answer)), (303, "/"));
    let own = Request::post("/logout").raw(format!("csrf={}", admin.csrf())).header("Cookie", admin.cookie());
    let left = served.send(&own);
    assert!(left.headers("set-cookie").next().is_some_and(|c| c.contains("Max-Age=0")));
    assert_eq!(code(&admin.get("/api/v1/auth/session").unwrap()), (401, "UNAUTHENTICATED".into()));
    served.stop();
}

#[test]
fn r_plat_010_cookies_are_secure_where_people_come_by_https() {
    for (url, is_secure) in [(Some("https://mes.example"), true), (Some("http://mes.example"), false), (None, false)] {
        let served = Served::with(|config| config.public_url = url.map(String::from));
        served.admin();
        let login = json!({ "username": "boss", "password": PASSWORD });
        let answer = served.send(&Request::post("/api/v1/auth/login").json(&login));
        let cookie = answer.headers("set-cookie").next().unwrap().to_string();
        assert_eq!(cookie.contains("; Secure"), is_secure, "{url:?}: {cookie}");
        assert!(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax"), "{cookie}");
        assert!(!text(&answer).contains(cookie.split(['=', ';']).nth(1).unwrap()), "the secret is in the cookie only");
        served.stop();
    }
}

#[test]
fn r_scr_013_data_of_units_are_taken_away_only_with_the_right_to() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    let mut planner = person(&served, &mut admin, "plan", json!(["planner"]), json!({}));
    let mut quality = person(&served, &mut admin, "qual", json!(["quality"]), json!({}));
    let forbidden = (403, "FORBIDDEN".to_string());
    for list in ["/api/v1/runs/RUN-1/units", "/api/v1/trace/units/SN-1/tracks"] {
        let file = format!("{list}?format=csv");
        assert_eq!(code(&planner.get(&file).unwrap()), forbidden, "{list}");
        assert_eq!(code(&quality.get(&file).unwrap()).0, 404, "{list}");
        assert_eq!(code(&planner.get(list).unwrap()).0, 404, "{list} may be read");
    }
    assert_eq!(planner.get("/api/v1/runs?format=csv").unwrap().status, 200);
    let page = |session: &mut Session| text(&session.get("/system/audit-logs").unwrap());
    assert!(page(&mut admin).contains("data-action=\"export\""));
    assert!(!page(&mut planner).contains("data-action=\"export\""), "R-SCR-002: no button that is refused");
    served.stop();
}

#[test]
fn r_plat_042_who_is_bound_to_nothing_is_told_and_whom_to_ask() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    floor(&served, &mut admin);
    let role = json!({ "code": "hand", "name": "Hand", "scope": "ALL", "permissions": ["exec:track_in"] });
    done(&mut admin, Request::post("/api/v1/roles").json(&role));
    let mut op = person(&served, &mut admin, "op1", json!(["hand"]), json!({}));
    assert!(!text(&op.get("/mes/execution").unwrap()).contains("No station is assigned"));
    let etag = admin.get("/api/v1/roles/hand").unwrap().headers("etag").next().unwrap().to_string();
    let narrow = Request::new("PATCH", "/api/v1/roles/hand").json(&json!({ "scope": "ASSIGNED_STATIONS" }));
    done(&mut admin, narrow.header("If-Match", &etag));
    for page in ["/mes/execution", "/mes/stations"] {
        let page = text(&op.get(page).unwrap());
        assert!(page.contains("No station is assigned") && page.contains("boss"), "{page}");
    }
    served.stop();
}

#[test]
fn r_scr_002_a_command_that_needs_nothing_more_is_off_where_it_would_be_refused_and_says_why() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    let role = json!({ "code": "viewer", "name": "Viewer", "scope": "ALL", "permissions": ["run:read"] });
    done(&mut admin, Request::post("/api/v1/roles").json(&role));
    let page = |session: &mut Session, path: &str| text(&session.get(path).unwrap());
    let preset = page(&mut admin, "/system/role-management/planner");
    assert!(preset.contains(r#"aria-disabled="true" data-action="role.delete""#), "{preset}");
    assert!(preset.contains("Role planner comes with Takt"), "it says why: {preset}");
    assert!(preset.contains(r#"data-form="role.clone""#), "what asks for more is offered: {preset}");
    let own = page(&mut admin, "/system/role-management/viewer");
    assert!(own.contains(r#"data-form="role.delete""#) && !own.contains("comes with Takt"), "{own}");
    // Somebody has it now.
    person(&served, &mut admin, "eye", json!(["viewer"]), json!({}));
    let held = page(&mut admin, "/system/role-management/viewer");
    assert!(held.contains("1 person has role viewer") && !held.contains(r#"data-form="role.delete""#), "{held}");
    served.stop();
}

#[test]
fn r_plat_030_a_question_that_is_refused_names_the_plants_own_roles_too() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    let clerk = json!({ "code": "clerk", "name": "Clerk", "scope": "ALL", "home": "/system",
        "permissions": ["system:config"], "signatureMeanings": [] });
    done(&mut admin, Request::post("/api/v1/roles").json(&clerk));
    let mut trace = person(&served, &mut admin, "tina", json!(["trace"]), json!({}));
    for path in ["/api/v1/system/config/auth.lock.minutes", "/api/v1/roles"] {
        let answer = trace.get(path).unwrap();
        let roles = answer.json().unwrap()["params"]["roles"].clone();
        let wanted = if path.ends_with("roles") { json!(["admin"]) } else { json!(["admin", "clerk"]) };
        assert_eq!((answer.status, roles), (403, wanted), "{path}");
    }
    served.stop();
}

#[test]
fn core_0_lots_that_differ_in_case_have_histories_of_their_own() {
    let served = Served::on_sqlite();
    let mut admin = served.admin();
    let mut stock = person(&served, &mut admin, "stock", json!(["quality"]), json!({}));
    for lot in ["LOT-9", "lot-9", "lot-9b"] {
        let fields = json!({ "materialCode": "M-1", "lotNo": lot });
        done(&mut stock, Request::post("/api/v1/material-lots").json(&fields));
    }
    for lot in ["LOT-9", "lot-9"] {
        let page = admin.get(&format!("/api/v1/history/material_lot/M-1%7C{lot}")).unwrap().json().unwrap();
        let keys: Vec<&str> =
            page["items"].as_array().unwrap().iter().map(|row| row["entityKey"].as_str().unwrap()).collect();
        assert_eq!(keys, [format!("M-1|{lot}")]);
    }
    let typed = admin.get("/api/v1/history/user/STOCK").unwrap().json().unwrap();
    assert!(!typed["items"].as_array().unwrap().is_empty(), "a code is found however it is typed");
    served.stop();
}
