//! The broader tests of the house, one module a layer, in one binary.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what a test builds may fail loudly")]

mod cli;
mod cli_live;
mod console;
mod desk;
mod detect;
mod hostile;
mod knowledge;
mod layers;
mod readme;
mod respond;
mod sim;
mod sim_attack;
mod sim_trail;
mod trail;
mod view;
mod world;
