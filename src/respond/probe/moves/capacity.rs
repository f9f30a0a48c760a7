//! Moves of what an instance is and where it serves: its type, its place in an
//! Auto Scaling group, its registrations with target groups.

use std::collections::BTreeMap;

use super::super::{Move, Probe};
use crate::respond::call::Call;
use crate::respond::fact::Fact;

/// A lifecycle state that an instance passes through by itself (Auto Scaling
/// user guide, "Instance lifecycle").
pub(super) fn passes(state: &str) -> bool {
    ["Pending", "Entering", "Detaching", "Terminating"].iter().any(|prefix| state.starts_with(prefix))
}

/// Where such a state leads to: out of service, or into it, or out of the group.
pub(super) fn at_rest(state: &str) -> Fact {
    match state {
        "EnteringStandby" => Fact::word("Standby"),
        state if state.starts_with("Pending") => Fact::word("InService"),
        _ => Fact::Absent,
    }
}

impl Probe {
    pub(super) fn capacity(&self, now: &Fact, wanted: &Fact) -> Move {
        match (self, now, wanted) {
            (
                Self::Machine { instance },
                Fact::Machine { kind, state },
                Fact::Machine { kind: wanted_kind, state: wanted_state },
            ) => machine(instance, (kind, state), (wanted_kind, wanted_state)),
            (Self::Membership { instance, group, lower }, now, wanted) => {
                membership(instance, group, *lower, now, wanted)
            }
            (Self::Processes { group, .. }, Fact::Switches(now), Fact::Switches(wanted)) => {
                processes(group, now, wanted)
            }
            (Self::Registration { group, instance, target }, Fact::Word(state), Fact::Absent)
                if state != "draining" =>
            {
                Move::Call(Call::DeregisterTargets {
                    group: group.clone(),
                    instance: instance.clone(),
                    target: target.clone(),
                })
            }
            (Self::Registration { group, instance, target }, _, Fact::Word(_)) => Move::Call(Call::RegisterTargets {
                group: group.clone(),
                instance: instance.clone(),
                target: target.clone(),
            }),
            _ => Move::Wait,
        }
    }

    /// Stop, change, start: as far as each is needed.
    pub(super) fn machine_calls(&self, before: &Fact, wanted: &Fact) -> Vec<Call> {
        let mut calls = Vec::new();
        let mut now = before.clone();
        while let Move::Call(call) = self.next(&now, wanted) {
            let Fact::Machine { kind, state } = &mut now else { break };
            match &call {
                Call::StopInstances { .. } => "stopped".clone_into(state),
                Call::StartInstances { .. } => "running".clone_into(state),
                Call::SetInstanceType { kind: new, .. } => kind.clone_from(new),
                _ => break,
            }
            calls.push(call);
            if self.satisfied(&now, wanted) {
                break;
            }
        }
        calls
    }
}

/// The type changes only while the instance is stopped (EC2 API reference, ModifyInstanceAttribute).
fn machine(instance: &str, (kind, state): (&str, &str), (wanted_kind, wanted_state): (&str, &str)) -> Move {
    let instance = instance.to_owned();
    match state {
        "terminated" | "shutting-down" => Move::Impossible(format!("{instance} is {state}: that cannot be taken back")),
        "running" if kind != wanted_kind || wanted_state == "stopped" => Move::Call(Call::StopInstances { instance }),
        "stopped" if kind != wanted_kind => {
            Move::Call(Call::SetInstanceType { instance, kind: wanted_kind.to_owned() })
        }
        "stopped" if wanted_state == "running" => Move::Call(Call::StartInstances { instance }),
        _ => Move::Wait,
    }
}

fn membership(instance: &str, group: &str, lower: bool, now: &Fact, wanted: &Fact) -> Move {
    let (instance, group) = (instance.to_owned(), group.to_owned());
    let state = |fact: &Fact| match fact {
        Fact::Word(state) => state.clone(),
        _ => String::new(),
    };
    match (state(now).as_str(), state(wanted).as_str()) {
        (now, _) if now.starts_with("Terminat") => {
            Move::Impossible(format!("{group} is terminating {instance}: that cannot be taken back"))
        }
        (now, _) if passes(now) => Move::Wait,
        ("InService", "Standby") => Move::Call(Call::EnterStandby { group, instance, lower }),
        ("Standby", "InService") => Move::Call(Call::ExitStandby { group, instance }),
        ("InService" | "Standby", "") => Move::Call(Call::DetachInstances { group, instance, lower }),
        ("", "InService" | "Standby") => Move::Call(Call::AttachInstances { group, instance }),
        (now, wanted) => Move::Impossible(format!("{instance} is {now} in {group}, which does not lead to {wanted}")),
    }
}

/// What is to be suspended first, then what is to go on.
fn processes(group: &str, now: &BTreeMap<String, bool>, wanted: &BTreeMap<String, bool>) -> Move {
    let differing = |on: bool| -> Vec<String> {
        let differ = wanted.iter().filter(|(process, wanted)| **wanted == on && now.get(*process) != Some(&on));
        differ.map(|(process, _)| process.clone()).collect()
    };
    let (suspend, resume) = (differing(true), differing(false));
    if !suspend.is_empty() {
        Move::Call(Call::SuspendProcesses { group: group.to_owned(), processes: suspend })
    } else if !resume.is_empty() {
        Move::Call(Call::ResumeProcesses { group: group.to_owned(), processes: resume })
    } else {
        Move::Wait
    }
}
