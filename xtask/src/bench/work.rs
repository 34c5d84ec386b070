//! The workload of figures 1, 2 and 11: boards go into their stations and out again, three readings at every exit.

use std::ops::ControlFlow;
use std::time::Duration;

use serde_json::{Value, json};

use super::data;
use crate::load::http::{Connection, Request};
use crate::load::{Meter, Run, Session, drive, fresh_key};
use crate::product::Product;
use crate::{Result, fail};

/// The people of the floor, signed in.
pub struct Crew {
    operators: Vec<Session>,
}

impl Crew {
    /// All forty sign in.
    pub fn sign_in(product: &Product) -> Result<Crew> {
        let operators: Result<Vec<Session>> =
            (1..=data::OPERATORS).map(|n| super::sign_in(product, &data::operator(n))).collect();
        Ok(Crew { operators: operators? })
    }

    /// Whoever works at a station.
    pub fn at(&self, line: usize, step: usize) -> &Session {
        &self.operators[data::operator_at(line, step) - 1]
    }
}

/// One client: every so many boards are its own, and no other touches them.
pub struct Client {
    connection: Connection,
    boards: Vec<Board>,
    next: usize,
}

struct Board {
    run: usize,
    sn: String,
    step: usize,
}

/// Clients that share the boards of the first `runs` runs among them.
pub fn clients(product: &Product, count: usize, runs: usize) -> Vec<Client> {
    let mut clients: Vec<Client> =
        (0..count).map(|_| Client { connection: Connection::to(product.address), boards: vec![], next: 0 }).collect();
    for i in 0..runs * data::BOARDS {
        let (run, n) = (i % runs, i / runs);
        clients[i % count].boards.push(Board { run, sn: data::serial(run, n), step: data::first_step(n) });
    }
    clients
}

/// Let the clients work for so long; every command must succeed.
pub fn work(crew: &Crew, clients: &mut [Client], length: Duration) -> Result<Run> {
    let count = clients.len();
    let mut ready = clients.iter_mut();
    let enter = |_| ready.next().map_or_else(|| fail("a client is missing"), Ok);
    let turn = |client: &mut &mut Client, meter: &mut Meter| client.turn(crew, meter);
    drive(count, length, enter, turn)
}

impl Client {
    /// One board goes into its station and out again.
    fn turn(&mut self, crew: &Crew, meter: &mut Meter) -> Result<ControlFlow<()>> {
        let Some(at) = self.board() else { return Ok(ControlFlow::Break(())) };
        let (line, step, sn) = {
            let board = &self.boards[at];
            (data::line_of(board.run), board.step, board.sn.clone())
        };
        let (operator, station) = (crew.at(line, step), data::station(line, step));
        let path = format!("/api/v1/stations/{station}/track-in");
        self.send(operator, meter, &path, &json!({ "sn": sn }))?;
        let reading = |n: usize| json!({ "specName": format!("Reading {n}"), "valueNumber": (step * n) as f64 / 2.0 });
        let data: Vec<Value> = (1..=data::READINGS).map(reading).collect();
        let path = format!("/api/v1/stations/{station}/track-out");
        self.send(operator, meter, &path, &json!({ "sn": sn, "result": "PASS", "data": data }))?;
        self.boards[at].step += 1;
        Ok(ControlFlow::Continue(()))
    }

    /// The next board that is not finished.
    fn board(&mut self) -> Option<usize> {
        for _ in 0..self.boards.len() {
            let at = self.next;
            self.next = (self.next + 1) % self.boards.len();
            if self.boards[at].step <= data::STEPS {
                return Some(at);
            }
        }
        None
    }

    fn send(&mut self, operator: &Session, meter: &mut Meter, path: &str, body: &Value) -> Result<()> {
        let request = operator.signed(Request::post(path).json(body), &fresh_key());
        let answer = meter.time(|| self.connection.send(&request))?;
        if !answer.is_success() {
            return fail(format!("{path} {body}: {} {}", answer.status, String::from_utf8_lossy(&answer.body)));
        }
        Ok(())
    }
}
