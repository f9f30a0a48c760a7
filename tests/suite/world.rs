//! A small account with an attack in it: records, findings and EC2 state.

use jiff::Timestamp;
use stanch::domain::scope::{Caller, Scope};

mod inventory;
mod records;

pub use inventory::inventory;
pub use records::{Record, finding, findings, records};

pub const ACCOUNT: &str = "123456789012";
pub const WEB: &str = "i-0abc12de34f567890";
pub const JUMP: &str = "i-0bcd23ef45a678901";
pub const QUIET: &str = "i-0cde34fa56b789012";
pub const GROUP: &str = "sg-0a1b2c3d4e5f60718";
pub const RULE: &str = "sgr-04c0ffee04c0ffee0";
pub const KEY: &str = "AKIAIOSFODNN7LEAKED1";

pub fn at(text: &str) -> Timestamp {
    format!("2026-11-24T{text}Z").parse().unwrap()
}

pub fn scopes() -> Vec<Scope> {
    let caller = Caller {
        account: ACCOUNT.into(),
        arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/OnCall/alice"),
        user_id: "AROAEXAMPLE:alice".into(),
        alias: Some("prod-eu".into()),
    };
    ["eu-west-1", "us-east-1"]
        .map(|region| Scope { profile: Some("prod".into()), region: region.into(), caller: caller.clone() })
        .into()
}
