//! What counts for each thing that a remedy leaves to choose.

use super::{Remedy, capacity, deny};
use crate::respond::options::Options;

impl Remedy {
    /// What counts for a choice: what was chosen, else what the remedy takes
    /// without one; none where it must be chosen.
    pub fn chosen(self, name: &str, options: &Options) -> Option<String> {
        let without = || match (self, name) {
            (Self::CreateImage, "reboot") => Some("no"),
            (Self::Standby, "capacity") => Some("lower"),
            (Self::Standby, "leave") => Some("standby"),
            (Self::SuspendProcesses, "processes") => Some(capacity::PROCESSES),
            (Self::DenyAddress, "address") => deny::of_event(options),
            _ => None,
        };
        options.choice(name).or_else(without).map(str::to_owned)
    }
}
