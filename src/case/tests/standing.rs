//! Where a case stands, and what of it is open.

use super::{Case, ChangeStatus, Fact, Fault, FaultKind, Record, at, fixture, place, plan, summary, write};
use crate::respond::run::{At, Command};

/// The records of a step that was done.
fn done(case: &mut Case, step: &str) {
    let plan = plan();
    let (at, planned) = plan.step(step).unwrap();
    for (change, of) in planned.changes.iter().enumerate().filter(|(_, of)| of.writes()) {
        let place = At { step: at, change, back: false };
        for call in of.calls().into_iter().take(1).map(Box::new) {
            write(case, 3, &Record::Intent { at: place, call });
        }
        write(case, 3, &Record::Settled { at: place, status: ChangeStatus::Done, fact: Some(of.wanted.clone()) });
    }
}

fn asked_for(steps: &[&str]) -> Record {
    let command = Command::Run { steps: steps.iter().map(|step| (*step).to_owned()).collect() };
    Record::Command { plan: plan().key(), command, caller: fixture::scope().caller }
}

#[test]
fn what_stays_is_told_by_where_a_case_stands_and_by_its_report() {
    for (steps, status, open) in
        [(&["snapshot", "terminate"][..], "done", false), (&["snapshot"], "done", true), (&[], "open", true)]
    {
        let root = tempfile::tempdir().unwrap();
        let mut case = Case::create(root.path(), "t1").unwrap();
        write(&mut case, 0, &Record::Plan(Box::new(plan())));
        write(&mut case, 1, &asked_for(steps));
        for step in steps {
            done(&mut case, step);
        }
        write(&mut case, 4, &Record::Ended {});
        assert_eq!(summary::list(root.path()).unwrap()[0].status, status, "{steps:?}");
        let report = case.write_report().unwrap();
        assert_eq!(report.json()["status"], status, "{steps:?}");
        // Of an instance that is gone nothing more is to be contained.
        assert_eq!(report.markdown().contains("Cut the network: not done"), open, "{steps:?}");
    }
}

#[test]
fn an_undo_that_leaves_more_than_evidence_is_not_called_undone() {
    for (step, status) in [("snapshot", "undone"), ("terminate", "done")] {
        let root = tempfile::tempdir().unwrap();
        let mut case = Case::create(root.path(), "t1").unwrap();
        write(&mut case, 0, &Record::Plan(Box::new(plan())));
        done(&mut case, "protect");
        done(&mut case, step);
        let back = At { back: true, ..place("protect") };
        write(&mut case, 4, &Record::Settled { at: back, status: ChangeStatus::Undone, fact: Some(Fact::Flag(false)) });
        assert_eq!(summary::list(root.path()).unwrap()[0].status, status);
        assert!(!case.write_report().unwrap().markdown().contains("not done"), "all of it was taken back");
    }
}

#[test]
fn the_report_names_every_step_of_containment_that_was_never_come_to() {
    let root = tempfile::tempdir().unwrap();
    let mut case = Case::create(root.path(), "c-1").unwrap();
    let mut plan = plan();
    let (tag, _) = plan.step("tag").unwrap();
    plan.steps[tag].refused = Some("change freeze".into());
    let (deregister, _) = plan.step("deregister").unwrap();
    (plan.steps[deregister].undecided, plan.steps[deregister].not_applicable) = (true, Some("choose".into()));
    write(&mut case, 0, &Record::Plan(Box::new(plan.clone())));
    write(&mut case, 1, &asked_for(&["protect", "snapshot", "isolate"]));
    done(&mut case, "protect");
    let denied = Fault::new(FaultKind::Denied, "ec2:CreateSnapshots", "not authorized");
    let failed = Record::Settled { at: place("snapshot"), status: ChangeStatus::Failed(denied.clone()), fact: None };
    write(&mut case, 3, &failed);
    write(&mut case, 4, &Record::Stopped { fault: denied });
    let open = |case: &Case| case.write_report().unwrap().json()["open"].as_array().unwrap().clone();
    let told = open(&case);
    for point in [
        "Snapshot every volume: failed: i-0abc12de34f567890 ec2:CreateSnapshots: denied: not authorized",
        "Take the memory, if you can: to be done or decided by hand",
        "Tag it as quarantined: a guardrail refuses it: change freeze",
        "Take it off its load balancers: needs a decision: choose",
        "Take its role off: not done",
        "Cut the network: not done",
    ] {
        assert!(told.iter().any(|line| line == point), "{point}: {told:#?}");
    }
    for never in ["Protect from termination", "Stop it", "Terminate it"] {
        assert!(!told.iter().any(|line| line.as_str().unwrap().starts_with(never)), "{never}: {told:#?}");
    }
    // What another run of the case has done is not owed any more.
    plan.made = at(60);
    write(&mut case, 60, &Record::Plan(Box::new(plan)));
    done(&mut case, "isolate");
    let told = open(&case);
    assert_eq!(told.iter().filter(|line| line.as_str().unwrap().ends_with("Take its role off: not done")).count(), 1);
    assert!(!told.iter().any(|line| line == "Cut the network: not done"), "{told:#?}");
    assert!(!told.iter().any(|line| line == "Protect from termination: not done"), "{told:#?}");
}
