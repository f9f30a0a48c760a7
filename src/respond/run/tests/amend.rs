//! A plan that is bound anew under its run, and what the journal says of it.

use super::Drill;
use crate::domain::instance::InstanceState;
use crate::domain::inventory::Inventory;
use crate::respond::fixture::{WEB, inventory};
use crate::respond::guardrail::Guardrails;
use crate::respond::plan::{Options, Plan, rebind};
use crate::respond::playbook::Catalogue;
use crate::respond::run::{Command, Record, Run, StepStatus};

/// The run's plan bound again with something else, but for the steps that have begun.
fn anew(run: &Run, inventory: &Inventory, change: impl FnOnce(&mut Options)) -> Plan {
    let mut options = run.plan.options(&Guardrails::default());
    change(&mut options);
    let catalogue = Catalogue::builtin();
    let playbook = catalogue.get(&run.plan.playbook).unwrap();
    rebind(&run.plan, playbook, inventory, &options, &|at| !run.is_untouched(at)).unwrap()
}

fn with(name: &str, value: &str) -> impl FnOnce(&mut Options) {
    move |options| {
        options.choices.insert(name.to_owned(), value.to_owned());
    }
}

fn replayed(drill: &Drill) -> Run {
    let mut runs = Run::of_records(drill.journal.iter().map(|(record, at)| (record, *at)));
    assert_eq!(runs.len(), 1, "it is one run");
    runs.remove(0)
}

#[test]
fn a_plan_bound_anew_is_in_the_journal_and_the_run_goes_on() {
    let mut drill = Drill::contain();
    drill.does(&Command::Run { steps: vec!["protect".into()] }).unwrap();
    let plan = anew(&drill.run, &inventory(), with("standby.capacity", "keep"));
    drill.run.amend(plan.clone()).unwrap();
    let at = |id: &str| plan.step(id).unwrap().0;
    assert_eq!(drill.run.status(at("protect")), StepStatus::Done, "what was done is done");
    drill.does(&Command::Run { steps: vec!["shutdown".into()] }).unwrap();
    let plans = drill.journal.iter().filter(|(record, _)| matches!(record, Record::Plan(_))).count();
    assert_eq!(plans, 2);
    let read = replayed(&drill);
    assert_eq!(read.plan, plan);
    for id in ["protect", "shutdown"] {
        assert_eq!(read.status(at(id)), StepStatus::Done, "{id}");
    }
    assert_eq!(read.status(at("standby")), StepStatus::Pending);
}

#[test]
fn what_has_run_does_not_become_another_and_its_reason_stands() {
    let mut drill = Drill::contain();
    let said = anew(&drill.run, &inventory(), |options| options.reason = "paged".into());
    drill.run.amend(said).unwrap();
    drill.does(&Command::Run { steps: vec!["tag".into()] }).unwrap();
    let before = drill.run.clone();
    let other = anew(&drill.run, &inventory(), |options| options.reason = "something else".into());
    let refused = drill.run.amend(other).unwrap_err();
    assert!(refused.message.contains("its reason and its ticket stand"), "{refused}");
    let mut forced = drill.run.plan.clone();
    let (at, _) = forced.step("tag").unwrap();
    forced.steps[at].title = "Something else".into();
    let refused = drill.run.amend(forced).unwrap_err();
    assert!(refused.message.contains("step 'tag' has begun"), "{refused}");
    assert_eq!(drill.run, before);
    assert_eq!(replayed(&drill).plan.reason, "paged");
}

#[test]
fn another_console_that_ran_the_step_meanwhile_is_not_overruled() {
    let mut drill = Drill::contain();
    drill.does(&Command::Run { steps: vec!["evidence".into()] }).unwrap();
    let mut mine = drill.run.clone();
    mine.amend(anew(&mine, &inventory(), with("standby.capacity", "keep"))).unwrap();
    assert_eq!(mine.over(replayed(&drill)).unwrap().plan, mine.plan, "nothing speaks against it");
    drill.does(&Command::Run { steps: vec!["standby".into()] }).unwrap();
    let refused = mine.over(replayed(&drill)).unwrap_err();
    assert!(refused.message.contains("step 'standby' has begun"), "{refused}");
}

#[test]
fn what_was_said_of_steps_that_stay_is_kept() {
    let mut drill = Drill::contain();
    drill.does(&Command::Run { steps: vec!["isolate".into()] }).unwrap();
    assert!(!drill.run.plan.survivors.is_empty());
    let mut later = inventory();
    let web = later.instances.get_mut(WEB).unwrap();
    assert_eq!(web.state, InstanceState::Running);
    web.groups.clear();
    later.interfaces.values_mut().for_each(|interface| interface.groups.clear());
    let plan = anew(&drill.run, &later, with("standby.capacity", "keep"));
    assert_eq!(plan.survivors, drill.run.plan.survivors);
    assert!(drill.run.plan.blast_radius.iter().all(|line| plan.blast_radius.contains(line)));
}
