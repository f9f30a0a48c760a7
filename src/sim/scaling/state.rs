//! What one Region's Auto Scaling holds.

use crate::sim::dice::Dice;
use crate::sim::scenario::Scenario;
use crate::sim::scenario::spec::{ScalingGroupSpec, Tags};
use jiff::{SignedDuration, Timestamp};

/// The service that the service-linked role trusts, which is also the address and the agent of its calls.
pub const SERVICE: &str = "autoscaling.amazonaws.com";

/// Auto Scaling in one Region.
#[derive(Clone, Debug)]
pub struct Scaling {
    /// The groups.
    pub groups: Vec<Group>,
    /// Where the ids of activities come from.
    pub dice: Dice,
}

/// A group.
#[derive(Clone, Debug)]
pub struct Group {
    /// What the scenario says of it; its sizes are those of now.
    pub spec: ScalingGroupSpec,
    /// When it was made.
    pub created: Timestamp,
    /// How many instances it wants.
    pub desired: i64,
    /// Seconds between two changes of its size.
    pub cooldown: i64,
    /// Seconds in which a new instance may be unhealthy.
    pub grace: i64,
    /// Whether new instances are protected from scaling in.
    pub protects: bool,
    /// Its termination policies.
    pub policies: Vec<String>,
    /// The suspended processes, with the reason shown for each.
    pub suspended: Vec<(String, String)>,
    /// Its instances.
    pub members: Vec<Member>,
    /// What it did, oldest first.
    pub activities: Vec<Activity>,
    /// When it next compares what it has with what it wants.
    pub review: Option<Timestamp>,
    /// Why it will find a difference, as an activity tells it.
    pub because: Vec<String>,
    /// When its size was last set.
    pub resized: Option<Timestamp>,
    /// When load next comes (true) or goes.
    pub surge: Option<(Timestamp, bool)>,
    /// Whether it wants one more for the load that came.
    pub surged: bool,
    /// Its tags.
    pub tags: Tags,
}

/// One activity.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    /// A UUID.
    pub id: String,
    /// `Launching a new EC2 instance: i-…`.
    pub description: String,
    /// `At 2026-11-24T13:00:00Z an instance was …`.
    pub cause: String,
    /// When it began.
    pub start: Timestamp,
    /// When it was over.
    pub end: Option<Timestamp>,
    /// `PreInService`, `InProgress`, `Successful`, `Failed`.
    pub status: String,
    /// Why it failed.
    pub message: Option<String>,
    /// From 0 to 100.
    pub progress: u32,
    /// The subnet and zone of the instance.
    pub place: (String, String),
}

/// An instance of a group.
#[derive(Clone, Debug)]
pub struct Member {
    /// The instance's id.
    pub instance: String,
    /// Where it stands.
    pub lifecycle: Lifecycle,
    /// When it gets to where it is on the way to.
    pub until: Option<Timestamp>,
    /// Whether its health checks are good.
    pub healthy: bool,
    /// Whether it is protected from scaling in.
    pub protected: bool,
    /// Whether the group launched it by itself.
    pub launched: bool,
    /// The activity that it is in the middle of.
    pub activity: Option<String>,
}

/// Where an instance of a group stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// On the way to service.
    Pending,
    /// In service.
    InService,
    /// On the way to standby.
    EnteringStandby,
    /// On standby.
    Standby,
    /// On the way out of the group.
    Detaching,
    /// Draining before it is terminated.
    Terminating,
    /// Being terminated.
    Dying,
}

impl Lifecycle {
    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Lifecycle::Pending => "Pending",
            Lifecycle::InService => "InService",
            Lifecycle::EnteringStandby => "EnteringStandby",
            Lifecycle::Standby => "Standby",
            Lifecycle::Detaching => "Detaching",
            Lifecycle::Terminating | Lifecycle::Dying => "Terminating",
        }
    }

    /// Whether it counts towards the capacity that the group wants.
    pub fn counts(self) -> bool {
        matches!(self, Lifecycle::Pending | Lifecycle::InService)
    }
}

impl Scaling {
    /// The Auto Scaling of a Region as the scenario says it stands at the opening.
    pub fn new(scenario: &Scenario, region: &str, seed: u64, start: Timestamp) -> Scaling {
        let at = |seconds: i64| start + SignedDuration::from_secs(seconds);
        let groups = scenario
            .scaling_groups
            .iter()
            .filter(|one| one.region == region)
            .map(|spec| {
                let created = at(spec.created);
                let reason = format!("User suspended at {}", at(spec.created / 2).strftime("%Y-%m-%dT%H:%M:%SZ"));
                Group {
                    created,
                    desired: i64::try_from(spec.members.len()).unwrap_or_default(),
                    cooldown: 300,
                    grace: 300,
                    protects: false,
                    policies: vec!["NewestInstance".to_owned()],
                    suspended: spec.suspended.iter().map(|process| (process.clone(), reason.clone())).collect(),
                    members: spec.members.iter().map(|(id, launched)| Member::in_service(id, *launched)).collect(),
                    activities: Vec::new(),
                    review: None,
                    because: Vec::new(),
                    resized: None,
                    surge: spec.surge.map(|surge| (at(surge.first), true)),
                    surged: false,
                    tags: spec.tags.clone(),
                    spec: spec.clone(),
                }
            })
            .collect();
        Scaling { groups, dice: Dice::new(seed, &format!("autoscaling {region}")) }
    }

    /// A group, by its name.
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.spec.name == name)
    }

    /// A group, by its name, to change.
    pub fn group_mut(&mut self, name: &str) -> Option<&mut Group> {
        self.groups.iter_mut().find(|group| group.spec.name == name)
    }

    /// The group of an instance.
    pub fn of_instance(&self, id: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.members.iter().any(|member| member.instance == id))
    }
}

impl Member {
    /// An instance in service.
    pub fn in_service(id: &str, launched: bool) -> Member {
        Member {
            instance: id.to_owned(),
            lifecycle: Lifecycle::InService,
            until: None,
            healthy: true,
            protected: false,
            launched,
            activity: None,
        }
    }
}

impl Group {
    /// An instance of the group.
    pub fn member(&self, id: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.instance == id)
    }

    /// An instance of the group, to change.
    pub fn member_mut(&mut self, id: &str) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.instance == id)
    }

    /// How many instances count towards the capacity it wants.
    pub fn capacity(&self) -> i64 {
        i64::try_from(self.members.iter().filter(|member| member.lifecycle.counts()).count()).unwrap_or_default()
    }

    /// Whether a process is suspended.
    pub fn suspends(&self, process: &str) -> bool {
        self.suspended.iter().any(|(name, _)| name == process)
    }

    /// Lets the group compare what it has with what it wants soon.
    pub fn review_at(&mut self, at: Timestamp) {
        self.review = Some(self.review.map_or(at, |known| known.min(at)));
    }
}
