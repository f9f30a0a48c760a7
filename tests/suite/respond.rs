//! Responding against the simulated account, over the real SDK: what a
//! containment does, and that its undo restores exactly what was.

use std::sync::Arc;

use jiff::Timestamp;
use stanch::aws::connect::{Options, connect};
use stanch::case::Case;
use stanch::domain::fault::FaultKind;
use stanch::domain::instance::{Instance, InstanceState};
use stanch::domain::inventory::Inventory;
use stanch::domain::resource::{Resource, ResourceKind};
use stanch::port::Ports;
use stanch::respond::check::Verdict;
use stanch::respond::guard::{Action, Guardrail, Guardrails};
use stanch::respond::plan::{self, Plan};
use stanch::respond::playbook::Catalogue;
use stanch::respond::run::{Command, Run, StepStatus, Summary};
use stanch::runtime::clock::Clock;
use stanch::runtime::drive::Driver;
use stanch::sim::connect::http_client;
use stanch::sim::scenario::Scenario;
use stanch::sim::{self, Simulator};
use tokio_util::sync::CancellationToken;

/// Simulated seconds that pass in a real one: waits of minutes take a moment.
const SPEED: f64 = 100.0;

/// The demo's account, with one Scope of it connected and armed.
struct Drill {
    sim: Arc<Simulator>,
    ports: Ports,
    clock: Clock,
    rails: Guardrails,
    root: tempfile::TempDir,
}

impl Drill {
    async fn open() -> Self {
        Self::guarded(Guardrails::default()).await
    }

    async fn guarded(rails: Guardrails) -> Self {
        let start: Timestamp = "2026-11-24T13:00:00Z".parse().unwrap();
        let scenario = Scenario::named("leaked-key").unwrap();
        let sim = Simulator::new(sim::Options { speed: SPEED, ..sim::Options::new(scenario, 7, start) });
        let options = Options {
            stand_in: Some(http_client(Arc::clone(&sim))),
            regions: vec!["eu-west-1".into()],
            guardrails: rails.clone(),
            ..Options::default()
        };
        let ports = connect(&options).await.unwrap().ports.into_iter().next().unwrap();
        let time = Arc::clone(&sim);
        let clock = Clock::of(move || time.now(), SPEED);
        Self { sim, ports, clock, rails, root: tempfile::tempdir().unwrap() }
    }

    async fn inventory(&self) -> Inventory {
        self.ports.fleet.inventory().await.unwrap()
    }

    /// The running instance with two interfaces and a profile.
    async fn target(&self) -> Instance {
        let inventory = self.inventory().await;
        let fits = |one: &&Instance| {
            one.state == InstanceState::Running && one.interfaces.len() == 2 && !one.profile.is_empty()
        };
        let found = inventory.instances.values().find(fits).expect("the scenario has such an instance").clone();
        let mut fresh = self.ports.fleet.instance(&found.id).await.unwrap().instances[&found.id].clone();
        fresh.tags.retain(|(key, _)| key != "Owner");
        fresh
    }

    async fn plan(&self, playbook: &str, target: &Resource, case: &str) -> Plan {
        let mut inventory = self.inventory().await;
        if target.kind == ResourceKind::Instance {
            let fresh = self.ports.fleet.instance(&target.id).await.unwrap();
            inventory.instances.extend(fresh.instances);
        }
        let options = plan::Options {
            case: case.into(),
            reason: "drill".into(),
            at: self.clock.now(),
            guardrails: self.rails.clone(),
            ..plan::Options::default()
        };
        let catalogue = Catalogue::builtin();
        plan::bind(catalogue.get(playbook).unwrap(), target, &inventory, &self.ports.scope, &options).unwrap()
    }

    fn driver(&self) -> Driver {
        Driver::new(&self.ports, (self.ports.arm)(), self.clock.clone())
    }

    fn case(&self, id: &str) -> Case {
        Case::create(self.root.path(), id).unwrap()
    }

    async fn does(&self, run: &mut Run, case: &mut Case, command: Command) -> Summary {
        let typed = run.plan.target.id.clone();
        let stop = CancellationToken::new();
        self.driver().command(run, case, &command, &typed, &stop, &mut |_| {}).await.unwrap();
        run.summary()
    }

    /// The writing requests that the simulator served with success, by action.
    fn written(&self) -> Vec<String> {
        let reads = ["Describe", "Get", "List", "Lookup", "Simulate"];
        let log = self.sim.requests();
        let writes = log.iter().filter(|one| !one.dry_run && one.status == 200);
        writes
            .filter(|one| !reads.iter().any(|read| one.action.starts_with(read)))
            .map(|one| one.action.clone())
            .collect()
    }
}

fn instance(target: &Instance) -> Resource {
    Resource::new(ResourceKind::Instance, &target.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_two_interface_instance_is_contained_and_given_back_exactly_as_it_was() {
    let drill = Drill::open().await;
    let target = drill.target().await;
    let before = drill.ports.fleet.instance(&target.id).await.unwrap();
    let groups_before = drill.inventory().await.groups.len();
    let mut run = Run::new(drill.plan("compromised-instance", &instance(&target), "c-1").await);
    let mut case = drill.case("c-1");

    let steps = run.plan.containment();
    let summary = drill.does(&mut run, &mut case, Command::Run { steps }).await;
    assert!(run.is_well(), "{summary:#?}");
    let contained = drill.ports.fleet.instance(&target.id).await.unwrap();
    let now = &contained.instances[&target.id];
    assert_eq!(now.protected, Some(true));
    assert_eq!(now.shutdown_behavior.as_deref(), Some("stop"));
    assert_eq!(now.profile, "");
    assert_eq!(now.tag("stanch:case"), Some("c-1"));
    assert_eq!(now.state, InstanceState::Running, "containment stops nothing");
    let groups: Vec<_> = contained.interfaces.values().map(|one| one.groups.clone()).collect();
    assert_eq!(groups.len(), 2);
    assert_eq!(groups[0], groups[1]);
    assert!(!before.groups.contains_key(&groups[0][0]));
    assert!(drill.inventory().await.groups[&groups[0][0]].rules.is_empty(), "no rule, neither IPv4 nor IPv6");
    let snapshots = drill.inventory().await.snapshots;
    let made = snapshots.values().filter(|one| one.description.contains("case c-1"));
    assert_eq!(made.count(), target.volumes.len());

    let summary = drill.does(&mut run, &mut case, Command::Undo { step: None }).await;
    assert!(run.is_well(), "{summary:#?}");
    let after = drill.ports.fleet.instance(&target.id).await.unwrap();
    let mut restored = after.instances[&target.id].clone();
    restored.profile_association.clone_from(&target.profile_association);
    // The attack goes on meanwhile, and sets a tag of its own.
    restored.tags.retain(|(key, _)| key != "Owner");
    assert_eq!(restored, target);
    assert_eq!(after.interfaces, before.interfaces);
    assert_eq!(after.volumes, before.volumes);
    assert_eq!(drill.inventory().await.groups.len(), groups_before, "the quarantine group is gone");
    assert_eq!(case.verify(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_permission_check_asks_and_changes_nothing() {
    let drill = Drill::open().await;
    let target = drill.target().await;
    let plan = drill.plan("compromised-instance", &instance(&target), "c-1").await;
    let checks = drill.driver().check(&plan).await;
    let worst = |step: &str| checks.iter().find(|check| check.step == step).unwrap().worst();
    assert_eq!(worst("protect"), Verdict::Allowed);
    assert_eq!(worst("snapshot"), Verdict::Allowed);
    assert!(matches!(worst("isolate"), Verdict::Unknown(_)), "one call is on a group that does not exist yet");
    assert_eq!(drill.written(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_second_interface_leaves_a_true_half_that_can_be_taken_back() {
    let drill = Drill::open().await;
    let target = drill.target().await;
    let before = drill.ports.fleet.instance(&target.id).await.unwrap();
    let mut run = Run::new(drill.plan("compromised-instance", &instance(&target), "c-1").await);
    let mut case = drill.case("c-1");
    // A limit of two objects: the group that is made for it, and one interface.
    let rails = Guardrails(vec![Guardrail {
        account: None,
        region: None,
        tag: None,
        remedy: Some("isolate-network".into()),
        action: Action::AtMost(2),
        reason: "one at a time".into(),
    }]);
    let guarded = stanch::port::guarded::Guarded::new((drill.ports.arm)(), drill.ports.scope.clone(), rails);
    let driver = Driver::new(&drill.ports, Arc::new(guarded), drill.clock.clone());
    let stop = CancellationToken::new();
    let command = Command::Run { steps: vec!["isolate".into()] };
    driver.command(&mut run, &mut case, &command, "", &stop, &mut |_| {}).await.unwrap();

    let (at, _) = run.plan.step("isolate").unwrap();
    assert_eq!(run.status(at), StepStatus::Partly, "{:#?}", run.summary());
    let now = drill.ports.fleet.instance(&target.id).await.unwrap();
    let changed = now.interfaces.iter().filter(|(id, one)| before.interfaces[*id].groups != one.groups).count();
    assert_eq!(changed, 1);
    drill.does(&mut run, &mut case, Command::Undo { step: None }).await;
    assert!(run.is_well());
    assert_eq!(drill.ports.fleet.instance(&target.id).await.unwrap().interfaces, before.interfaces);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guardrail_is_shown_in_the_plan_and_holds_at_the_responder() {
    let rail = Guardrail {
        account: None,
        region: Some("eu-*".into()),
        tag: None,
        remedy: Some("stop".into()),
        action: Action::Deny,
        reason: "the owner stops it".into(),
    };
    let drill = Drill::guarded(Guardrails(vec![rail])).await;
    let target = drill.target().await;
    let mut plan = drill.plan("compromised-instance", &instance(&target), "c-1").await;
    let (at, step) = plan.step("stop").unwrap();
    assert_eq!(step.refused.as_deref(), Some("the owner stops it"));
    // Even a plan from which somebody took the refusal out does not get through.
    plan.steps[at].refused = None;
    let mut run = Run::new(plan);
    drill.does(&mut run, &mut drill.case("c-1"), Command::Run { steps: vec!["stop".into()] }).await;
    assert_eq!(run.stopped.as_ref().unwrap().kind, FaultKind::Refused);
    assert_eq!(drill.written(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_instance_is_started_again_by_undo() {
    let drill = Drill::open().await;
    let target = drill.target().await;
    let mut run = Run::new(drill.plan("compromised-instance", &instance(&target), "c-1").await);
    let mut case = drill.case("c-1");
    drill.does(&mut run, &mut case, Command::Run { steps: vec!["stop".into()] }).await;
    assert!(run.is_well(), "{:#?}", run.summary());
    let state = |inventory: Inventory| inventory.instances[&target.id].state;
    assert_eq!(state(drill.ports.fleet.instance(&target.id).await.unwrap()), InstanceState::Stopped);
    drill.does(&mut run, &mut case, Command::Undo { step: Some("stop".into()) }).await;
    assert_eq!(state(drill.ports.fleet.instance(&target.id).await.unwrap()), InstanceState::Running);
}

#[tokio::test(flavor = "multi_thread")]
async fn termination_needs_the_snapshots_of_the_case_and_lifts_its_own_protection() {
    let drill = Drill::open().await;
    let target = drill.target().await;
    let mut run = Run::new(drill.plan("compromised-instance", &instance(&target), "c-1").await);
    let mut case = drill.case("c-1");
    let terminate = || Command::Run { steps: vec!["terminate".into()] };
    drill.does(&mut run, &mut case, terminate()).await;
    assert!(run.stopped.as_ref().unwrap().message.contains("snapshot them first"));
    let steps = vec!["protect".into(), "snapshot".into()];
    drill.does(&mut run, &mut case, Command::Run { steps }).await;
    let summary = drill.does(&mut run, &mut case, terminate()).await;
    assert!(run.is_well(), "{summary:#?}");
    let log = drill.written();
    assert_eq!(log.iter().filter(|action| *action == "TerminateInstances").count(), 1, "{log:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_open_to_the_world_are_revoked_and_put_back_with_their_descriptions() {
    let drill = Drill::open().await;
    let inventory = drill.inventory().await;
    let open = inventory.groups.values().find(|group| {
        group
            .rules
            .iter()
            .any(|rule| rule.peer.is_world() && rule.direction == stanch::domain::network::Direction::Ingress)
    });
    let group = open.expect("the scenario has an open group").clone();
    let target = Resource::new(ResourceKind::SecurityGroup, &group.id);
    let mut run = Run::new(drill.plan("open-security-groups", &target, "c-1").await);
    let mut case = drill.case("c-1");
    let steps = run.plan.containment();
    let summary = drill.does(&mut run, &mut case, Command::Run { steps }).await;
    assert!(run.is_well(), "{summary:#?}");
    let left = drill.inventory().await.groups[&group.id].rules.len();
    assert!(left < group.rules.len());
    drill.does(&mut run, &mut case, Command::Undo { step: None }).await;
    assert!(run.is_well());
    let plain = |rules: &[stanch::domain::network::GroupRule]| {
        let mut all: Vec<_> = rules
            .iter()
            .cloned()
            .map(|mut rule| {
                rule.id.clear();
                format!("{rule:?}")
            })
            .collect();
        all.sort();
        all
    };
    assert_eq!(plain(&drill.inventory().await.groups[&group.id].rules), plain(&group.rules));
}

/// The action of each change of a containment, in order.
const WRITES: [&str; 7] = [
    "ModifyInstanceAttribute",
    "CreateTags",
    "CreateSnapshots",
    "DisassociateIamInstanceProfile",
    "CreateSecurityGroup",
    "RevokeSecurityGroupEgress",
    "ModifyNetworkInterfaceAttribute",
];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_with_a_call_the_run_ends_true_and_can_be_finished_and_taken_back() {
    use sim::Effect as E;
    let drill = Drill::open().await;
    let target = drill.target().await;
    let before = drill.ports.fleet.instance(&target.id).await.unwrap();
    for (n, effect) in [E::Throttle, E::Drop, E::DropAnswer, E::Malformed, E::Internal, E::Deny].into_iter().enumerate()
    {
        let id = format!("c-{n}");
        let mut run = Run::new(drill.plan("compromised-instance", &instance(&target), &id).await);
        let mut case = drill.case(&id);
        for action in WRITES {
            drill.sim.inject(sim::Fault::on("ec2", action, effect).times(1));
        }
        // Each fault may end the run once; going on again and again must come to an end.
        for _ in 0..=WRITES.len() {
            let steps = run.plan.containment();
            drill.does(&mut run, &mut case, Command::Run { steps }).await;
            if run.is_well() {
                break;
            }
            assert!(run.stopped.is_some());
        }
        drill.sim.clear_faults();
        assert!(run.is_well(), "{effect:?}: {:#?}", run.summary());
        let (at, _) = run.plan.step("verify").unwrap();
        assert_eq!(run.status(at), StepStatus::Done, "{effect:?}");
        let contained = drill.ports.fleet.instance(&target.id).await.unwrap();
        assert_eq!(contained.instances[&target.id].profile, "", "{effect:?}");

        drill.does(&mut run, &mut case, Command::Undo { step: None }).await;
        assert!(run.is_well(), "{effect:?}: {:#?}", run.summary());
        let after = drill.ports.fleet.instance(&target.id).await.unwrap();
        assert_eq!(after.interfaces, before.interfaces, "{effect:?}");
        // The attack goes on meanwhile, and sets tags of its own.
        let ours = after.instances[&target.id].tags.iter().find(|(key, _)| key.starts_with("stanch:"));
        assert_eq!(ours, None, "{effect:?}");
        assert_eq!(after.instances[&target.id].profile, target.profile, "{effect:?}");
    }
}
