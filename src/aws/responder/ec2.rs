//! EC2's part of the calls.

use super::Sdk;
use crate::domain::fault::{Fault, FaultKind};
use crate::respond::call::{Answer, Call};

mod reads;
mod writes;

impl Sdk {
    pub(super) async fn ec2(&self, call: &Call, dry_run: bool) -> Result<Answer, Fault> {
        if call.writes() { self.write(call, dry_run).await } else { self.read(call, dry_run).await }
    }
}

/// A call that is not EC2's came here: the closed set and its adaptor disagree.
fn unknown(call: &Call) -> Fault {
    Fault::new(FaultKind::Invalid, call.action(), "EC2 has no such call here")
}
