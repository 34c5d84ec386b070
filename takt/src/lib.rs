//! Takt as a program: configuration, wiring, the server and the command line.

pub mod acceptance;
pub mod authority;
pub mod cli;
pub mod client;
pub mod config;
pub mod demo_plant;
pub mod floor;
pub mod hands;
pub mod key;
pub mod lock;
pub mod log;
pub mod server;
pub mod wire;
