//! The registry: what a release contains, filled once at start by `wire.rs`.

mod shapes;

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::marker::PhantomData;

use kernel::{Refusal, Result};
use schemars::{JsonSchema, Schema};
use serde_json::Value as Json;

use crate::ask::Ask;
use crate::chore::Chore;
use crate::command::{Command, Entity, Need, Query, Record, Route};
use crate::cx::Cx;
use crate::event::{Event, Happened};
use crate::listing::Listing;
use crate::permits::{Permit, Permits};

pub use shapes::{Shape, Shapes, Told};

/// What a gate answers: nothing, refusals, and evidence that the asking command stores.
#[derive(Default)]
pub struct Verdict {
    pub refusals: Vec<Refusal>,
    pub evidence: Vec<Json>,
}

impl Verdict {
    pub fn yes() -> Self {
        Verdict::default()
    }

    pub fn no(refusal: impl Into<Refusal>) -> Self {
        Verdict { refusals: vec![refusal.into()], evidence: vec![] }
    }
}

/// A named place in a guard list where other slices may say no about an `S`.
pub struct GatePoint<S> {
    pub name: &'static str,
    subject: PhantomData<fn(&S)>,
}

impl<S> GatePoint<S> {
    pub const fn new(name: &'static str) -> Self {
        GatePoint { name, subject: PhantomData }
    }
}

/// A reason of another slice to say no.
pub type Gate<S> = fn(&Cx<'_>, &S) -> Result<Verdict>;

/// What follows from an event in the same transaction.
pub struct Reaction {
    pub name: &'static str,
    pub event: &'static str,
    pub run: fn(&mut Cx<'_>, &Happened) -> Result<()>,
}

/// A command with its type left behind: one call's fields, ready to be asked and performed, again if need be.
pub trait Asked: Send + Sync {
    fn entity(&self) -> Entity;
    fn prepare(&mut self, cx: &Cx<'_>) -> Result<()>;
    fn ask(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<()>;
    fn perform(&self, cx: &mut Cx<'_>) -> Result<String>;
}

struct Typed<C>(C);

impl<C: Command> Asked for Typed<C> {
    fn entity(&self) -> Entity {
        self.0.entity()
    }

    fn prepare(&mut self, cx: &Cx<'_>) -> Result<()> {
        C::PREPARE.map_or(Ok(()), |prepare| prepare(&mut self.0, cx))
    }

    fn ask(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<()> {
        self.0.guards(cx, ask).map(|_| ())
    }

    fn perform(&self, cx: &mut Cx<'_>) -> Result<String> {
        let loaded = self.0.guards(cx, &mut Ask::first())?;
        let output = self.0.clone().run(loaded, cx)?;
        serde_json::to_string(&output).map_err(|e| kernel::Error::fault(e.to_string()))
    }
}

/// Reads the fields of a call.
pub type Parse = Box<dyn Fn(Json) -> std::result::Result<Box<dyn Asked>, serde_json::Error> + Send + Sync>;

/// A command as the doors know it.
pub struct CommandEntry {
    pub name: &'static str,
    pub route: Route,
    pub need: Need,
    pub status: u16,
    pub versioned: bool,
    pub keeps_on_refusal: bool,
    /// Whether it has slow work before it is queued.
    pub prepares: bool,
    pub schema: Schema,
    pub output: Schema,
    /// The same for the contract; none where no Rust type stands behind.
    pub shape: Option<Shape>,
    pub parse: Parse,
    /// The reads that follow from the command's own permits: who may ask it without running it. Registering fills it.
    pub reading: Vec<Permit>,
}

/// Reads the fields of a question and forgets them.
pub type Check = Box<dyn Fn(&Json) -> std::result::Result<(), serde_json::Error> + Send + Sync>;

/// A question as the doors know it.
pub struct QueryEntry {
    pub name: &'static str,
    pub route: Route,
    pub need: Need,
    /// Who may take the list away as a file; whoever may read it unless the slice says otherwise.
    pub export: Need,
    pub slow: bool,
    /// How whoever gets the answer comes on record (R-PLAT-051).
    pub record: Option<Record>,
    pub schema: Schema,
    pub output: Schema,
    /// The same for the contract; none where no Rust type stands behind.
    pub shape: Option<Shape>,
    pub ask: Box<dyn Fn(Json, &Cx<'_>) -> Result<String> + Send + Sync>,
    /// Check the fields without asking, so that a malformed call never takes a reader.
    pub check: Check,
    pub listing: Option<&'static Listing>,
}

/// Reads the roles that a plant made itself: their codes and points, with what follows from them.
pub type OwnRoles = fn(&Cx<'_>) -> Result<Vec<(String, Permits)>>;

/// Everything a release contains; entries live as long as the process.
#[derive(Default)]
pub struct Registry {
    pub commands: BTreeMap<&'static str, &'static CommandEntry>,
    pub queries: BTreeMap<&'static str, &'static QueryEntry>,
    pub chores: Vec<Chore>,
    pub reactions: Vec<Reaction>,
    /// Who else than the preset roles may: the plant's own roles with their points.
    pub(crate) own_roles: Option<OwnRoles>,
    gates: HashMap<&'static str, Vec<(&'static str, Box<dyn Any + Send + Sync>)>>,
}

impl Registry {
    pub fn command<C: Command>(&mut self) -> &mut Self {
        let entry = CommandEntry {
            name: C::NAME,
            route: C::ROUTE,
            need: C::PERMIT,
            status: C::STATUS,
            versioned: C::VERSIONED,
            keeps_on_refusal: C::KEEPS_ON_REFUSAL,
            prepares: C::PREPARE.is_some(),
            schema: schema_of::<C>(),
            output: schema_of::<C::Output>(),
            shape: Some(Shape::of::<C, C::Output>()),
            parse: Box::new(|fields| Ok(Box::new(Typed(serde_json::from_value::<C>(fields)?)))),
            reading: vec![],
        };
        self.command_entry(entry)
    }

    /// A command made from a declaration: registers bring theirs.
    pub fn command_entry(&mut self, mut entry: CommandEntry) -> &mut Self {
        let name = entry.name;
        entry.reading = reading(entry.need);
        let before = self.commands.insert(name, Box::leak(Box::new(entry)));
        assert!(before.is_none(), "the command {name} is registered twice");
        self
    }

    pub fn query<Q: Query>(&mut self) -> &mut Self {
        let entry = QueryEntry {
            name: Q::NAME,
            route: Q::ROUTE,
            need: Q::PERMIT,
            export: Q::PERMIT,
            slow: Q::SLOW,
            record: Q::RECORD,
            schema: schema_of::<Q>(),
            output: schema_of::<Q::Output>(),
            shape: Some(Shape::of::<Q, Q::Output>()),
            ask: Box::new(|fields, cx| {
                let query: Q = serde_json::from_value(fields).map_err(|e| kernel::Error::fault(e.to_string()))?;
                serde_json::to_string(&query.ask(cx)?).map_err(|e| kernel::Error::fault(e.to_string()))
            }),
            check: Box::new(|fields| serde_json::from_value::<Q>(fields.clone()).map(|_| ())),
            listing: None,
        };
        self.query_entry(entry)
    }

    /// A question made from a declaration.
    pub fn query_entry(&mut self, entry: QueryEntry) -> &mut Self {
        let name = entry.name;
        let before = self.queries.insert(name, Box::leak(Box::new(entry)));
        assert!(before.is_none(), "the query {name} is registered twice");
        self
    }

    /// A list: filters, sorting, paging and export come from its declaration.
    pub fn list(&mut self, listing: &'static Listing) -> &mut Self {
        let before = self.queries.insert(listing.name, Box::leak(Box::new(listing.entry())));
        assert!(before.is_none(), "the list {} is registered twice", listing.name);
        self
    }

    /// The same for a list that may be taken away as a file only with a right of its own.
    pub fn list_guarded(&mut self, listing: &'static Listing, export: Need) -> &mut Self {
        self.query_entry(QueryEntry { export, ..listing.entry() })
    }

    /// Let another slice say no at a point; gates are asked in the order in which `wire.rs` names them.
    pub fn gate<S: 'static>(&mut self, point: &GatePoint<S>, name: &'static str, gate: Gate<S>) -> &mut Self {
        self.gates.entry(point.name).or_default().push((name, Box::new(gate)));
        self
    }

    /// What follows from an event in the same transaction.
    pub fn on<E: Event>(&mut self, name: &'static str, run: fn(&mut Cx<'_>, &Happened) -> Result<()>) -> &mut Self {
        self.reactions.push(Reaction { name, event: E::NAME, run });
        self
    }

    /// Where refusals find the plant's own roles that hold what is missing.
    pub fn own_roles(&mut self, read: OwnRoles) -> &mut Self {
        self.own_roles = Some(read);
        self
    }

    /// What follows from time or a nudge.
    pub fn chore(&mut self, chore: Chore) -> &mut Self {
        self.chores.push(chore);
        self
    }

    pub fn gates_at<S: 'static>(&self, point: &GatePoint<S>) -> impl Iterator<Item = Gate<S>> {
        let gates = self.gates.get(point.name).map_or(&[][..], Vec::as_slice);
        gates.iter().map(|(_, gate)| *gate.downcast_ref::<Gate<S>>().expect("a gate fits the subject of its point"))
    }

    /// The names of the gates at a point, for the gate list of a screen.
    pub fn gate_names<S>(&self, point: &GatePoint<S>) -> Vec<&'static str> {
        self.gates.get(point.name).map_or_else(Vec::new, |gates| gates.iter().map(|g| g.0).collect())
    }

    pub fn reactions_to(&self, event: &str) -> impl Iterator<Item = &Reaction> {
        self.reactions.iter().filter(move |r| r.event == event)
    }
}

/// The reads behind a need; that of stations, which follows from nearly all others, only where it is the only one.
fn reading(need: Need) -> Vec<Permit> {
    let all: Permits = Permits::of(need.permits()).closure().iter().filter(|p| p.is_read()).collect();
    let own = all.without(Permit::StationRead);
    if own.is_empty() { all } else { own }.into()
}

/// The schema of a type with its definitions inlined, so that each entry stands alone.
pub fn schema_of<T: JsonSchema>() -> Schema {
    let mut settings = schemars::generate::SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    settings.into_generator().into_root_schema_for::<T>()
}
