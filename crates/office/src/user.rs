//! People: who they are, what roles they have and which lines and stations they are bound to (R-PLAT-001 … 004).

pub mod access;
pub mod change_password;
pub mod create;
pub mod enrol;
pub mod get;
pub mod import;
pub mod last_admin;
pub mod list;
pub mod me;
pub mod password;
pub mod reset_password;
pub mod revoke_sessions;
pub mod update;
pub mod view;

use engine::refusals::{CODE_DUPLICATE, CODE_RESERVED};
use engine::{Ask, Cx, Lang, Registry, row, sql};
use kernel::code::Text;
use kernel::error::VALIDATION_FAILED;
use kernel::{Error, Id, Instant, Refusal, Result, p};

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::UserChanged;

kernel::code! {
    /// What a person signs in with; two that differ by case only are one.
    Username, max 64, pick "users";
}

kernel::words! {
    /// The language a person works in.
    pub enum Locale { En = "en", Zh = "zh-CN" }
    /// Who says that somebody is who he is.
    pub enum AuthSource { Local = "LOCAL", Oidc = "OIDC" }
}

kernel::refusals! {
    /// No such user
    USER_NOT_FOUND: NotFound (username);
}

impl Locale {
    pub const fn lang(self) -> Lang {
        match self {
            Locale::En => Lang::En,
            Locale::Zh => Lang::Zh,
        }
    }
}

pub fn register(registry: &mut Registry) {
    registry.command::<create::CreateUser>().command::<update::UpdateUser>().command::<import::ImportUsers>();
    registry.command::<reset_password::ResetPassword>().command::<revoke_sessions::RevokeSessions>();
    registry.command::<enrol::Enrol>().command::<change_password::ChangePassword>().command::<me::UpdateMe>();
    registry.query::<get::GetUser>().query::<me::GetMe>().list(&list::USERS);
}

row! {
    table "app_user" called("user", username) hidden { password_hash, enrol_hash } quiet { username_key, last_login_at };
    /// A person.
    pub struct User {
        pub id: Id<User>,
        pub username: Username,
        pub username_key: String,
        pub name: String,
        pub email: Option<String>,
        pub employee_no: Option<String>,
        pub department: Option<String>,
        pub phone: Option<String>,
        pub locale: Locale,
        pub preferred_home_page: Option<String>,
        pub is_active: bool,
        pub auth_source: AuthSource,
        pub password_hash: Option<String>,
        pub must_change_password: bool,
        pub enrol_hash: Option<String>,
        pub enrol_until: Option<Instant>,
        pub last_login_at: Option<Instant>,
        pub created_at: Instant,
        pub version: i64,
    }
}

impl User {
    /// A new local account that nobody can sign in to yet; `insert` gives it its id.
    pub(crate) fn new(cx: &Cx<'_>, username: Username, name: String, locale: Locale) -> User {
        User {
            id: Id::of(0),
            username_key: username.key(),
            username,
            name,
            email: None,
            employee_no: None,
            department: None,
            phone: None,
            locale,
            preferred_home_page: None,
            is_active: true,
            auth_source: AuthSource::Local,
            password_hash: None,
            must_change_password: false,
            enrol_hash: None,
            enrol_until: None,
            last_login_at: None,
            created_at: cx.now,
            version: 1,
        }
    }

    /// The user of a folded name; a command that loads it may change it.
    pub fn by_key(cx: &Cx<'_>, key: &str) -> Result<Option<User>> {
        cx.one(
            sql!(
                "select id, username, username_key, name, email, employee_no, department, phone, locale, preferred_home_page,
                     is_active, auth_source, password_hash, must_change_password, enrol_hash, enrol_until, last_login_at,
                     created_at, version
                 from app_user where username_key = $1 for update"
            ),
            p![*key],
        )
    }

    /// The person who asks, for a change of himself; none when a token or Takt itself asks.
    pub fn asking(cx: &Cx<'_>) -> Result<Option<User>> {
        let key: Option<String> =
            cx.value(sql!("select username_key from app_user where id = $1"), p![cx.actor().principal])?;
        key.map_or(Ok(None), |key| User::by_key(cx, &key))
    }
}

/// A page of Takt: an absolute path, never another site.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(with = "String", inline)]
pub struct HomePage(String);

impl HomePage {
    pub fn into_text(self) -> String {
        self.0
    }
}

impl<'de> Deserialize<'de> for HomePage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = kernel::code::clean(&String::deserialize(deserializer)?, 200).map_err(D::Error::custom)?;
        let is_path = text.starts_with('/') && !text.starts_with("//") && !text.contains('\\');
        is_path.then_some(HomePage(text)).ok_or_else(|| D::Error::custom("a path of Takt begins with one slash"))
    }
}

/// What a person wrote, if anything.
pub(crate) fn filled<const N: usize>(text: Text<N>) -> Option<String> {
    Some(text.as_str().to_string()).filter(|text| !text.is_empty())
}

/// A user name has at least this many characters.
const USERNAME_MIN: usize = 3;
/// What `/users/…` means by itself.
const RESERVED: [&str; 2] = ["me", "import"];

/// What a new name must be: no word of a path, 3–64 characters, nobody else's, people's and tokens' alike.
pub(crate) fn name_rules(cx: &Cx<'_>, ask: &mut Ask, username: &Username) -> Result<()> {
    ask.that(!RESERVED.contains(&username.key().as_str()), || CODE_RESERVED.with("code", username).at("/username"))?;
    let is_long = username.as_str().chars().count() >= USERNAME_MIN;
    ask.that(is_long, || Refusal::from(VALIDATION_FAILED).at("/username"))?;
    let is_taken = cx.exists(sql!("select id from principal where name_key = $1"), p![username.key()])?;
    ask.that(!is_taken, || duplicate(username))
}

fn duplicate(username: &Username) -> Refusal {
    CODE_DUPLICATE.with("entity", "user").with("field", "username").with("code", username).at("/username")
}

/// Write a new user with the principal it shares its id with.
pub(crate) fn insert(cx: &mut Cx<'_>, user: &mut User) -> Result<()> {
    let id: Option<Id<User>> = cx
        .value(
            sql!("insert into principal (kind, name, name_key) values ('USER', $1, $2) returning id"),
            p![user.username, user.username_key],
        )
        .map_err(|e| e.taken_as(duplicate(&user.username)))?;
    user.id = id.ok_or_else(|| Error::fault("an insert gives an id"))?;
    cx.add_with_id(user).map_err(|e| e.taken_as(duplicate(&user.username)))
}

impl UserChanged {
    pub(crate) fn created(username: &Username) -> Self {
        UserChanged { username: username.to_string(), change: "CREATED".into(), fields: vec![] }
    }

    /// What an administrator or the person himself edited, by field.
    pub(crate) fn edited(before: &User, after: &User) -> Self {
        let fields = [
            ("name", before.name != after.name),
            ("email", before.email != after.email),
            ("employeeNo", before.employee_no != after.employee_no),
            ("department", before.department != after.department),
            ("phone", before.phone != after.phone),
            ("locale", before.locale != after.locale),
            ("preferredHomePage", before.preferred_home_page != after.preferred_home_page),
            ("isActive", before.is_active != after.is_active),
        ];
        let fields: Vec<&str> = fields.iter().filter(|f| f.1).map(|f| f.0).collect();
        let mut changed = UserChanged::updated(&after.username, &fields);
        if before.is_active && !after.is_active {
            changed.change = "DEACTIVATED".into();
        }
        changed
    }

    pub(crate) fn updated(username: &Username, fields: &[&str]) -> Self {
        let fields = fields.iter().map(|f| (*f).to_string()).collect();
        UserChanged { username: username.to_string(), change: "UPDATED".into(), fields }
    }
}
