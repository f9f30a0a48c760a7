//! The commands on the simulated account.

use std::net::SocketAddr;

use clap::Args;

/// `stanch demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// The scenario: a name that `stanch sim --list` shows, or a file of one
    #[arg(value_name = "SCENARIO", default_value = "leaked-key")]
    pub scenario: String,
    /// Where all chance of the simulated account comes from
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// Simulated seconds in each real one
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    pub speed: f64,
}

/// `stanch sim`.
#[derive(Debug, Args)]
pub struct Sim {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// The scenario: a name, or a .toml file
    #[arg(long, value_name = "SCENARIO", default_value = "leaked-key")]
    pub scenario: String,
    /// Where all chance comes from
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Simulated seconds for each real one
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = factor)]
    pub speed: f64,
    /// What goes wrong: EFFECT[:SERVICE[:ACTION[:MILLISECONDS[:PROBABILITY]]]]; several by repetition
    #[arg(long, value_name = "FAULT")]
    pub fault: Vec<String>,
    /// Listen where other machines can reach it, too
    #[arg(long)]
    pub force: bool,
    /// List the scenarios
    #[arg(long)]
    pub list: bool,
}

fn factor(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if factor > 0.0 && factor <= 100_000.0 => Ok(factor),
        _ => Err("a speed is a number over 0, at most 100000".into()),
    }
}
