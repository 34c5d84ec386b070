//! Takt as a program: configuration, wiring, the server and the command line.

pub mod authority;
pub mod cli;
pub mod config;
pub mod lock;
pub mod server;
pub mod wire;
