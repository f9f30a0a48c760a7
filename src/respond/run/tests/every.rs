//! The same seven trials for every remedy: success, denied, throttled, wrong
//! state, half done, drift before undo, a crash between intent and outcome.

use std::collections::BTreeSet;

use super::{ChangeStatus, Command, Drill, FaultKind, Output, StepStatus};
use crate::domain::instance::InstanceState;
use crate::domain::network::Direction;
use crate::domain::resource::{Resource, ResourceKind};
use crate::respond::call::{Call, NOW};
use crate::respond::change::{Mode, Undo};
use crate::respond::fixture::specimen::{Meddling, Specimen, all};
use crate::respond::fixture::{World, scope};
use crate::respond::plan::bind;
use crate::respond::playbook::Playbook;
use crate::respond::remedy::Remedy;
use crate::respond::sessions;

impl Specimen {
    /// A run of a plan with this one step, on an account that is made ready for it.
    fn drill(&self) -> Drill {
        let remedy = self.remedy;
        let text = format!(
            "name = \"one\"\ntitle = \"One\"\ntargets = [\"instance\", \"security-group\", \"security-group-rule\", \
             \"snapshot\", \"image\", \"access-key\", \"user\", \"role\", \"subnet\", \"auto-scaling-group\"]\n\
             [[step]]\nid = \"it\"\ntitle = \"It\"\nremedy = \"{remedy}\"\n"
        );
        let playbook = Playbook::parse(&text, "test").unwrap();
        let (world, inventory) = self.account();
        let plan = bind(&playbook, &self.target, &inventory, &scope(), &self.options()).unwrap();
        assert_eq!(plan.steps[0].not_applicable, None, "{remedy}");
        let mut drill = Drill::new(plan);
        drill.world = world;
        drill
    }

    /// The account without ids that AWS gives anew, without evidence, and without
    /// what the remedy's undo is known to leave.
    fn plain(&self, world: &World) -> String {
        let mut plain = world.settled();
        (self.known)(&mut plain);
        plain.snapshots.clear();
        plain.images.clear();
        if let Some(profile) = &mut plain.profile {
            profile.id = "iip-assoc-1".into();
        }
        // The moment is that at which the step ran.
        for document in plain.policies.values_mut().filter(|document| sessions::ended_before(document).is_some()) {
            *document = sessions::document(NOW);
        }
        plain.rules.sort_by_key(|rule| (rule.group.clone(), rule.direction != Direction::Ingress, rule.from_port));
        for rule in &mut plain.rules {
            rule.id = String::new();
        }
        format!("{plain:#?}")
    }
}

fn writes(drill: &Drill) -> Vec<Call> {
    drill.world.calls.iter().filter(|call| call.writes()).cloned().collect()
}

/// What the remedy writes when nothing is in its way.
fn usual(specimen: &Specimen) -> Vec<Call> {
    let mut drill = specimen.drill();
    drill.runs(&["it"]);
    writes(&drill)
}

fn can_be_undone(drill: &Drill) -> bool {
    let mut changes = drill.run.plan.steps[0].changes.iter().filter(|change| change.writes());
    changes.all(|change| change.undo == Undo::Restore)
}

fn is_once(drill: &Drill) -> bool {
    drill.run.plan.steps[0].changes.iter().any(|change| matches!(change.mode, Mode::Once(_)))
}

#[test]
fn there_is_a_specimen_of_every_remedy() {
    let there: BTreeSet<Remedy> = all().iter().map(|specimen| specimen.remedy).collect();
    assert_eq!(there, Remedy::ALL.into_iter().collect());
}

#[test]
fn every_remedy_does_what_it_says_and_is_taken_back_exactly_or_says_that_it_stays() {
    for specimen in all() {
        let remedy = specimen.remedy;
        let mut drill = specimen.drill();
        let before = specimen.plain(&drill.world);
        let planned: Vec<Call> = drill.run.plan.steps[0].calls.iter().map(|planned| planned.call.clone()).collect();
        drill.runs(&["it"]);
        assert_eq!(drill.status("it"), StepStatus::Done, "{remedy}: {:#?}", drill.run.summary());
        let done = writes(&drill);
        assert!(!done.is_empty(), "{remedy} calls something");
        let actions = |calls: &[Call]| calls.iter().map(Call::action).collect::<Vec<_>>();
        assert_eq!(actions(&done), actions(&planned), "{remedy}: the plan names the calls that are made");
        let restored = can_be_undone(&drill);
        drill.undoes();
        assert!(drill.run.is_well(), "{remedy}: {:#?}", drill.run.summary());
        if restored {
            assert_ne!(before, specimen.plain(&after_run(&specimen)), "{remedy} changed something");
            assert_eq!(drill.status("it"), StepStatus::Undone, "{remedy}");
            assert_eq!(specimen.plain(&drill.world), before, "{remedy} was taken back exactly");
        } else if remedy != Remedy::Terminate {
            assert_eq!(writes(&drill), done, "{remedy}: nothing is taken back");
        }
    }
}

fn after_run(specimen: &Specimen) -> World {
    let mut drill = specimen.drill();
    drill.runs(&["it"]);
    drill.world
}

#[test]
fn every_remedy_that_is_denied_or_refused_by_the_state_changes_nothing_and_says_so() {
    for specimen in all() {
        for kind in [FaultKind::Denied, FaultKind::WrongState] {
            let mut drill = specimen.drill();
            let before = specimen.plain(&drill.world);
            let first = usual(&specimen)[0].action();
            drill.world.fail(first, 1, kind);
            drill.runs(&["it"]);
            assert_eq!(drill.status("it"), StepStatus::Failed, "{}: {:#?}", specimen.remedy, drill.run.summary());
            assert_eq!(drill.run.stopped.as_ref().unwrap().kind, kind, "{}", specimen.remedy);
            assert_eq!(specimen.plain(&drill.world), before, "{}", specimen.remedy);
            drill.undoes();
            assert!(drill.run.is_well(), "{}: what failed has nothing to take back", specimen.remedy);
            assert_eq!(specimen.plain(&drill.world), before, "{}", specimen.remedy);
        }
    }
}

#[test]
fn every_remedy_that_is_throttled_comes_through() {
    for specimen in all() {
        let mut drill = specimen.drill();
        for call in usual(&specimen) {
            drill.world.fail(call.action(), 1, FaultKind::Throttled);
        }
        drill.runs(&["it"]);
        assert_eq!(drill.status("it"), StepStatus::Done, "{}: {:#?}", specimen.remedy, drill.run.summary());
    }
}

#[test]
fn every_remedy_of_several_calls_that_is_half_done_says_so_and_is_finished_or_taken_back() {
    let mut halves = BTreeSet::new();
    for specimen in all() {
        let usual = usual(&specimen);
        let Some((last, others)) = usual.split_last().filter(|(_, others)| !others.is_empty()) else { continue };
        let before = specimen.plain(&specimen.drill().world);
        for finish in [true, false] {
            let mut drill = specimen.drill();
            let same = others.iter().filter(|call| call.action() == last.action()).count() as u32;
            drill.world.fail(last.action(), same + 1, FaultKind::Denied);
            drill.runs(&["it"]);
            assert_eq!(drill.status("it"), StepStatus::Partly, "{}: {:#?}", specimen.remedy, drill.run.summary());
            if finish {
                drill.runs(&["it"]);
                assert_eq!(drill.status("it"), StepStatus::Done, "{}", specimen.remedy);
                assert_eq!(specimen.plain(&drill.world), specimen.plain(&after_run(&specimen)), "{}", specimen.remedy);
            } else if can_be_undone(&drill) {
                drill.undoes();
                assert_eq!(drill.status("it"), StepStatus::Undone, "{}: {:#?}", specimen.remedy, drill.run.summary());
                assert_eq!(specimen.plain(&drill.world), before, "{}", specimen.remedy);
            }
            halves.insert(specimen.remedy);
        }
    }
    let several = [Remedy::IsolateNetwork, Remedy::Terminate, Remedy::DenyAddress, Remedy::DeregisterTargets];
    assert!(several.iter().all(|remedy| halves.contains(remedy)), "{halves:?}");
    assert!(halves.contains(&Remedy::Resize));
}

#[test]
fn every_undo_sees_what_somebody_else_did_meanwhile() {
    for specimen in all() {
        let mut drill = specimen.drill();
        drill.runs(&["it"]);
        let done = writes(&drill).len();
        let (meddle, expected) = match specimen.meddling {
            Meddling::Drift(meddle) => (meddle, StepStatus::Drifted),
            Meddling::Back(meddle) => (meddle, StepStatus::Undone),
            Meddling::None => continue,
        };
        meddle(&mut drill.world);
        let meddled = specimen.plain(&drill.world);
        drill.undoes();
        assert_eq!(drill.status("it"), expected, "{}: {:#?}", specimen.remedy, drill.run.summary());
        if drill.run.plan.steps[0].changes.len() == 1 {
            assert_eq!(writes(&drill).len(), done, "{}: nothing is called", specimen.remedy);
            assert_eq!(specimen.plain(&drill.world), meddled, "{}: it is left alone", specimen.remedy);
        }
        let drifted = |status: &ChangeStatus| matches!(status, ChangeStatus::Drifted(why) if !why.is_empty());
        let told = drill.run.steps[0].changes.iter().any(|change| drifted(&change.status));
        assert_eq!(told, expected == StepStatus::Drifted, "{}: the difference is told", specimen.remedy);
    }
}

/// The program dies when the `nth` writing call is about to leave; with `sent` it left.
fn dies_at(specimen: &Specimen, nth: usize, sent: bool) -> Drill {
    let mut drill = specimen.drill();
    let target = drill.run.plan.target.id.clone();
    let command = Command::Run { steps: vec!["it".into()] };
    let mut output = drill.run.begin(&command, &scope(), &target, drill.now).unwrap();
    loop {
        if let Output::Call(call) = &output
            && call.writes()
            && writes(&drill).len() == nth
        {
            if sent {
                let _ = drill.world.answer(call);
            }
            drill.restarts();
            return drill;
        }
        let input = drill.carry_out(output).expect("it has so many calls");
        output = drill.run.on(input, drill.now);
    }
}

#[test]
fn every_remedy_cut_off_between_intent_and_outcome_is_found_out_and_goes_on_or_back() {
    for specimen in all() {
        let (before, after) = (specimen.plain(&specimen.drill().world), specimen.plain(&after_run(&specimen)));
        for nth in 0..usual(&specimen).len() {
            for (sent, undo) in [(false, false), (false, true), (true, false), (true, true)] {
                let mut drill = dies_at(&specimen, nth, sent);
                let told = format!("{} cut off at call {nth}, sent: {sent}", specimen.remedy);
                assert_eq!(drill.status("it"), StepStatus::Open, "{told}");
                drill.does(&Command::Recover).unwrap();
                assert!(!drill.run.is_open(), "{told}");
                if is_once(&drill) {
                    assert_eq!(drill.status("it"), StepStatus::NotKnown, "{told}: a restart leaves no trace");
                    assert!(!drill.run.is_well() && !drill.run.can_run("it"), "{told}: it is not run again by itself");
                    continue;
                }
                if undo {
                    let restored = can_be_undone(&drill);
                    drill.undoes();
                    assert!(drill.run.is_well(), "{told}: {:#?}", drill.run.summary());
                    if restored {
                        assert_eq!(specimen.plain(&drill.world), before, "{told}");
                    }
                } else {
                    drill.runs(&["it"]);
                    assert_eq!(drill.status("it"), StepStatus::Done, "{told}: {:#?}", drill.run.summary());
                    assert_eq!(specimen.plain(&drill.world), after, "{told}");
                }
            }
        }
    }
}

#[test]
fn a_policy_permits_what_its_remedy_calls_and_nothing_that_no_remedy_calls() {
    use crate::respond::policy::{Narrowing, of_remedy};
    // Called only where the account is otherwise than the specimens find it: a
    // quarantine group that somebody opened.
    let elsewhere = ["ec2:RevokeSecurityGroupIngress"];
    for remedy in Remedy::ALL {
        let document = of_remedy(remedy, &Narrowing::default());
        let allowed: BTreeSet<String> = document["Statement"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|statement| statement["Action"].as_array().unwrap())
            .map(|action| action.as_str().unwrap().to_owned())
            .collect();
        let mut called: BTreeSet<String> = BTreeSet::new();
        for specimen in all().into_iter().filter(|specimen| specimen.remedy == remedy) {
            let mut drill = specimen.drill();
            drill.runs(&["it"]);
            drill.undoes();
            called.extend(drill.world.calls.iter().flat_map(Call::iam_actions).map(str::to_owned));
        }
        let lacking: Vec<_> = called.difference(&allowed).collect();
        assert!(lacking.is_empty(), "{remedy} calls {lacking:?}, which its policy lacks");
        let idle: Vec<_> = allowed.difference(&called).filter(|action| !elsewhere.contains(&action.as_str())).collect();
        assert!(idle.is_empty(), "{remedy} never calls {idle:?}");
    }
}

#[test]
fn an_image_is_made_without_a_restart_unless_it_is_asked_for() {
    let restarts: Vec<bool> = all()
        .iter()
        .filter(|specimen| specimen.remedy == Remedy::CreateImage)
        .flat_map(usual)
        .map(|call| matches!(call, Call::CreateImage { reboot: true, .. }))
        .collect();
    assert_eq!(restarts, [false, true]);
}

#[test]
fn an_undo_of_suspension_resumes_exactly_what_ran_before() {
    let of_group = Resource::new(ResourceKind::AutoScalingGroup, "web");
    let specimen = all().into_iter().find(|specimen| specimen.target == of_group).unwrap();
    let mut drill = specimen.drill();
    drill.runs(&["it"]);
    assert!(drill.world.scaling.suspended.contains("Terminate"));
    drill.undoes();
    assert_eq!(drill.world.scaling.suspended, BTreeSet::from(["ScheduledActions".to_owned()]));
}

#[test]
fn a_resized_instance_is_in_the_state_that_it_was_in() {
    for (specimen, state) in all()
        .into_iter()
        .filter(|specimen| specimen.remedy == Remedy::Resize)
        .zip([InstanceState::Running, InstanceState::Stopped])
    {
        let world = after_run(&specimen);
        assert_eq!((world.kind.as_str(), world.state), ("m5.xlarge", state));
    }
}
