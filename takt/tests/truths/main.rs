//! Truths about the whole product: each walks everything the registry contains.

mod catalogue;
mod codes;
mod common;
mod diffs;
mod docs;
mod homes;
mod house;
mod lists;
mod pages;
mod rights;
mod schema;
mod scope;
mod statements;
mod tidy;
mod topics;
mod trail;
mod world;
