//! A specimen of every remedy: what it is bound to, and what somebody else may do meanwhile.

use std::collections::BTreeMap;

use super::Drill;
use crate::domain::instance::InstanceState;
use crate::domain::resource::{Resource, ResourceKind};
use crate::respond::fixture::{ACL, WEB, World, inventory, scope, start};
use crate::respond::plan::{Options, bind};
use crate::respond::playbook::Playbook;
use crate::respond::remedy::Remedy;

/// What comes of an undo after somebody else was at it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Meddling {
    /// It is neither as before nor as left: it is refused.
    Drift(fn(&mut World)),
    /// It is back already: nothing is called.
    Back(fn(&mut World)),
    /// There is nothing that an undo would touch.
    None,
}

/// One remedy, bound.
#[derive(Debug, Clone)]
pub(super) struct Specimen {
    pub remedy: Remedy,
    pub target: Resource,
    pub focus: Vec<Resource>,
    pub choices: Vec<(&'static str, &'static str)>,
    pub prepare: fn(&mut World),
    pub meddling: Meddling,
}

impl Specimen {
    fn of(remedy: Remedy, target: Resource, meddling: Meddling) -> Self {
        Self { remedy, target, focus: vec![], choices: vec![], prepare: |_| {}, meddling }
    }

    fn choosing(mut self, name: &'static str, value: &'static str) -> Self {
        self.choices.push((name, value));
        self
    }

    fn with(mut self, kind: ResourceKind, id: &str) -> Self {
        self.focus.push(Resource::new(kind, id));
        self
    }

    fn after(mut self, prepare: fn(&mut World)) -> Self {
        self.prepare = prepare;
        self
    }

    /// A run of a plan with this one step, on an account that is made ready for it.
    pub(super) fn drill(&self) -> Drill {
        let remedy = self.remedy;
        let text = format!(
            "name = \"one\"\ntitle = \"One\"\ntargets = [\"instance\", \"security-group\", \"security-group-rule\", \
             \"snapshot\", \"image\", \"access-key\", \"user\", \"role\", \"subnet\", \"auto-scaling-group\"]\n\
             [[step]]\nid = \"it\"\ntitle = \"It\"\nremedy = \"{remedy}\"\n"
        );
        let playbook = Playbook::parse(&text, "test").unwrap();
        let choices: BTreeMap<String, String> =
            self.choices.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let options =
            Options { case: "case-1".into(), at: start(), focus: self.focus.clone(), choices, ..Options::default() };
        let mut inventory = inventory();
        let mut world = World::new();
        (self.prepare)(&mut world);
        let web = inventory.instances.get_mut(WEB).unwrap();
        (web.state, web.protected) = (world.state, Some(world.protected));
        let plan = bind(&playbook, &self.target, &inventory, &scope(), &options).unwrap();
        assert_eq!(plan.steps[0].not_applicable, None, "{remedy}");
        let mut drill = Drill::new(plan);
        drill.world = world;
        drill
    }
}

/// Every remedy, some more than once.
pub(super) fn all() -> Vec<Specimen> {
    use Meddling::{Back, Drift};
    use Remedy as R;
    let web = || Resource::new(ResourceKind::Instance, WEB);
    let of = |kind, id: &str| Resource::new(kind, id);
    let group = || of(ResourceKind::SecurityGroup, "sg-11111111");
    let key = || of(ResourceKind::AccessKey, "AKIAIOSFODNN7EXAMPLE");
    vec![
        Specimen::of(R::ProtectTermination, web(), Back(|world| world.protected = false)),
        Specimen::of(R::ShutdownBehavior, web(), Back(|world| world.shutdown = "terminate".into())),
        Specimen::of(R::KeepVolumes, web(), Back(|world| world.volumes.get_mut("vol-11111111").unwrap().1 = true)),
        Specimen::of(R::RequireImdsv2, web(), Back(|world| world.tokens = "optional".into())),
        Specimen::of(
            R::Tag,
            web(),
            Drift(|world| {
                world.tags.insert("stanch:status".into(), "released".into());
            }),
        ),
        Specimen::of(R::SnapshotVolumes, web(), Meddling::None),
        Specimen::of(R::CreateImage, web(), Meddling::None),
        Specimen::of(R::CreateImage, web(), Meddling::None).choosing("reboot", "yes"),
        Specimen::of(
            R::IsolateNetwork,
            web(),
            Drift(|world| {
                world.interfaces.insert("eni-22222222".into(), vec!["sg-11111111".into()]);
            }),
        ),
        Specimen::of(
            R::RemoveProfile,
            web(),
            Drift(|world| {
                world.profile = Some(crate::respond::call::Association {
                    id: "iip-assoc-7".into(),
                    profile: "arn:other".into(),
                    state: "associated".into(),
                });
            }),
        ),
        Specimen::of(R::Stop, web(), Drift(|world| world.state = InstanceState::Terminated)),
        Specimen::of(R::Start, web(), Back(|world| world.state = InstanceState::Stopped))
            .after(|world| world.state = InstanceState::Stopped),
        Specimen::of(R::Reboot, web(), Meddling::None),
        Specimen::of(R::Terminate, web(), Meddling::None).after(snapshotted),
        Specimen::of(
            R::RevokeRules,
            group(),
            Back(|world| {
                let rules = crate::respond::fixture::inventory().groups["sg-11111111"].rules.clone();
                world.rules.extend(rules.into_iter().filter(|rule| rule.from_port == Some(22)));
            }),
        ),
        Specimen::of(R::AuthorizeRules, group(), Back(|world| world.rules.retain(|rule| rule.from_port != Some(443))))
            .choosing("rule", "in tcp 443 10.0.0.0/8"),
        Specimen::of(
            R::DenyAddress,
            web(),
            Drift(|world| {
                let entry = world.entries.get_mut(ACL).unwrap().iter_mut().find(|entry| entry.number == 1).unwrap();
                entry.cidr = "198.51.100.0/24".into();
            }),
        )
        .choosing("address", "203.0.113.7"),
        Specimen::of(
            R::DenyAddress,
            group(),
            Back(|world| world.entries.get_mut(ACL).unwrap().retain(|entry| entry.number != 1)),
        )
        .with(ResourceKind::Address, "203.0.113.0/24"),
        Specimen::of(R::Standby, web(), Back(in_service)),
        Specimen::of(R::Standby, web(), Back(in_service)).choosing("leave", "detach"),
        Specimen::of(R::DeregisterTargets, web(), Back(|world| world.registrations = World::new().registrations)),
        Specimen::of(
            R::SuspendProcesses,
            web(),
            Drift(|world| {
                world.scaling.suspended.remove("Terminate");
            }),
        ),
        Specimen::of(R::SuspendProcesses, of(ResourceKind::AutoScalingGroup, "web"), Meddling::None)
            .choosing("processes", "Terminate,ScheduledActions"),
        Specimen::of(
            R::UnshareSnapshot,
            of(ResourceKind::Snapshot, "snap-11111111"),
            Drift(|world| {
                world.sharing.get_mut("snap-11111111").unwrap().1.insert("555555555555".into());
            }),
        ),
        Specimen::of(
            R::UnshareImage,
            of(ResourceKind::Image, "ami-11111111"),
            Drift(|world| {
                world.image_sharing.get_mut("ami-11111111").unwrap().1.insert("555555555555".into());
            }),
        ),
        Specimen::of(R::EncryptByDefault, web(), Back(|world| world.encryption = false)),
        Specimen::of(R::Resize, web(), Drift(|world| world.kind = "t3.nano".into())).choosing("type", "m5.xlarge"),
        Specimen::of(R::Resize, web(), Drift(|world| world.kind = "t3.nano".into()))
            .choosing("type", "m5.xlarge")
            .after(|world| world.state = InstanceState::Stopped),
        Specimen::of(
            R::DeactivateKey,
            key(),
            Back(|world| world.keys.get_mut("AKIAIOSFODNN7EXAMPLE").unwrap().1 = true),
        ),
        Specimen::of(R::DenyUser, key(), Drift(meddled_policy)).with(ResourceKind::User, "ci-deploy"),
        Specimen::of(R::RevokeSessions, web(), Drift(meddled_policy)),
        Specimen::of(
            R::RevokeSessions,
            of(ResourceKind::Role, "arn:aws:iam::123456789012:role/web-role"),
            Drift(meddled_policy),
        ),
    ]
}

fn in_service(world: &mut World) {
    world.scaling = World::new().scaling;
    world.registrations = World::new().registrations;
}

fn meddled_policy(world: &mut World) {
    for document in world.policies.values_mut() {
        *document = "{\"Version\":\"2012-10-17\",\"Statement\":[]}".into();
    }
}

/// Every volume has a snapshot of the case.
fn snapshotted(world: &mut World) {
    let call = crate::respond::call::Call::CreateSnapshots {
        instance: WEB.into(),
        description: "evidence".into(),
        tags: [("stanch:case".to_owned(), "case-1".to_owned())].into(),
    };
    world.answer(&call).unwrap();
    world.calls.clear();
    world.protected = true;
}
