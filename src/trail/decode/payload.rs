//! The ids that an event touches: from its parameters, its answer, the details
//! of a service event and the list `resources[]`, ordered so that the most
//! telling comes first.
//!
//! Ids are found by the name of their field and by their own prefix, in one
//! pass and without building a tree. Which is most telling, the name of the
//! event says: `AuthorizeSecurityGroupIngress` a group, `RunInstances` the
//! launched instances, `StopLogging` the trail.

use std::borrow::Cow;
use std::fmt;

use rustc_hash::FxHashSet;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::identity::map;
use super::wire::{Text, Touched};
use crate::domain::resource::{ResourceKind as K, kind_of_id};

/// What a parameter or answer object holds, as far as events need it.
#[derive(Debug, Default)]
pub(super) struct Payload<'a> {
    /// Ids in the order of the text.
    ids: Vec<(Hint, Cow<'a, str>)>,
    /// `dryRun` is set at the top.
    pub dry_run: bool,
    /// `ConsoleLogin` is `Failure`: a sign-in has no error code.
    pub sign_in_failed: bool,
}

/// What can be read of parameters and answers.
pub(super) trait Ids<'a>: Deserialize<'a> + Default {
    /// Their ids.
    fn ids(self) -> Payload<'a>;
}

impl<'a> Ids<'a> for Payload<'a> {
    fn ids(self) -> Payload<'a> {
        self
    }
}

/// Parameters and answers that are skipped.
#[derive(Debug, Default)]
pub(super) struct Skipped;

impl<'de> Deserialize<'de> for Skipped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl<'a> Ids<'a> for Skipped {
    fn ids(self) -> Payload<'a> {
        Payload::default()
    }
}

/// What a field's name says about the value in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hint {
    /// It is an id of this kind.
    Is(K),
    /// `name`: what it names depends on the service.
    Name,
    /// `groupName`, `groupId`: of IAM, or of EC2.
    Group,
    /// A field at the top that looks like an identifier: taken where nothing better is there.
    Maybe,
}

/// The longest text that is taken for an id: an ARN's limit (AWS API, 2,048).
const LONGEST: usize = 2048;

impl Hint {
    /// What a field name says; `parent` is the name of the object that it stands in.
    fn of(key: &str, parent: &str, depth: usize) -> Option<Self> {
        Some(Self::Is(match key {
            "instanceId" | "instanceIds" => K::Instance,
            "imageId" => K::Image,
            "keyName" => K::KeyPair,
            "publicIp" => K::Address,
            "userName" => K::User,
            "roleName" | "roleArn" | "roleARN" => K::Role,
            "role" if depth == 1 => K::Role,
            "policyArn" | "policyName" => K::Policy,
            "instanceProfileName" => K::InstanceProfile,
            "arn" | "name" if parent == "iamInstanceProfile" => K::InstanceProfile,
            "bucketName" => K::Bucket,
            "functionName" => K::Function,
            "secretId" => K::Secret,
            "keyId" | "kmsKeyId" | "targetKeyId" => K::Key,
            "trailName" | "trailNameList" => K::Trail,
            "autoScalingGroupName" => K::AutoScalingGroup,
            "loadBalancerName" | "loadBalancerArn" => K::LoadBalancer,
            "targetGroupArn" => K::TargetGroup,
            "launchTemplateName" => K::LaunchTemplate,
            "accessKeyId" => K::AccessKey,
            "dBInstanceIdentifier" | "dBClusterIdentifier" | "dBSnapshotIdentifier" | "dBClusterSnapshotIdentifier" => {
                K::Database
            }
            "groupName" | "groupId" => return Some(Self::Group),
            "name" | "names" if depth == 1 => return Some(Self::Name),
            "roleSessionName" | "clientToken" | "clientRequestToken" | "requestId" | "ownerId" | "Host" => return None,
            _ if depth == 1
                && ["Name", "Id", "Arn", "ARN", "Identifier", "Url"].iter().any(|end| key.ends_with(end)) =>
            {
                return Some(Self::Maybe);
            }
            _ => return None,
        }))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Payload<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut payload = Self::default();
        Node { into: &mut payload, key: "", parent: "", depth: 0 }.deserialize(deserializer)?;
        Ok(payload)
    }
}

/// One value of the payload, at a depth, under a field name.
struct Node<'n, 'a> {
    into: &'n mut Payload<'a>,
    key: &'n str,
    parent: &'n str,
    depth: usize,
}

impl<'a> Node<'_, 'a> {
    fn text(self, text: Cow<'a, str>) {
        if self.depth == 1 && self.key == "ConsoleLogin" && text == "Failure" {
            self.into.sign_in_failed = true;
        }
        if self.depth == 1 && self.key == "dryRun" && text.eq_ignore_ascii_case("true") {
            self.into.dry_run = true;
        }
        if text.is_empty() || text.len() > LONGEST {
            return;
        }
        let own = if text.len() <= 40 { kind_of_id(&text).map(Hint::Is) } else { None };
        if let Some(hint) = own.or_else(|| Hint::of(self.key, self.parent, self.depth)) {
            self.into.ids.push((hint, text));
        }
    }
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Node<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Node<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        self.text(Cow::Borrowed(text));
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.text(Cow::Owned(text.to_owned()));
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        if value && self.depth == 1 && self.key == "dryRun" {
            self.into.dry_run = true;
        }
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { into, key, parent, depth } = self;
        while seq.next_element_seed(Node { into: &mut *into, key, parent, depth })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let Self { into, key: parent, depth, .. } = self;
        while let Some(key) = entries.next_key::<Text<'de>>()? {
            entries.next_value_seed(Node { into: &mut *into, key: &key.0, parent, depth: depth + 1 })?;
        }
        Ok(())
    }
}

/// The ids of a record, each once, most telling first.
pub(super) fn resources<'a>(
    name: &str,
    source: &str,
    params: Payload<'a>,
    response: Payload<'a>,
    details: Payload<'a>,
    listed: Option<Vec<Touched<'a>>>,
) -> Vec<(K, Cow<'a, str>)> {
    let mut sure = Vec::with_capacity(params.ids.len() + response.ids.len());
    let mut maybe = None;
    for (hint, text) in params.ids.into_iter().chain(response.ids).chain(details.ids) {
        match kind(hint, source, &text) {
            Some(kind) => sure.push((kind, plain(kind, &text))),
            None if maybe.is_none() => maybe = Some(text),
            None => {}
        }
    }
    for touched in listed.into_iter().flatten() {
        if !touched.arn.0.is_empty() && touched.arn.0.len() <= LONGEST {
            let kind = kind_of_type(&touched.kind.0).or_else(|| kind_of_arn(&touched.arn.0)).unwrap_or(K::Other);
            sure.push((kind, plain(kind, &touched.arn.0)));
        }
    }
    if sure.is_empty() {
        sure.extend(maybe.map(|text| (K::Other, text)));
    }
    if sure.len() > 1 {
        let telling = telling(name, source);
        sure.sort_by_key(|(kind, _)| match kind {
            kind if Some(*kind) == telling => 0,
            K::Instance => 1,
            K::Other => 3,
            _ => 2,
        });
        once(&mut sure);
    }
    sure
}

/// Keeps the first of equal ids.
fn once(ids: &mut Vec<(K, Cow<'_, str>)>) {
    if ids.len() <= 16 {
        let mut at = 1;
        while at < ids.len() {
            if ids[..at].contains(&ids[at]) {
                ids.remove(at);
            } else {
                at += 1;
            }
        }
    } else {
        let mut seen = FxHashSet::default();
        ids.retain(|id| seen.insert(id.clone()));
    }
}

/// The kind of an id by its hint, in the light of the service.
fn kind(hint: Hint, source: &str, text: &str) -> Option<K> {
    let service = source.split('.').next().unwrap_or(source);
    match hint {
        Hint::Is(kind) => Some(kind),
        Hint::Group => match service {
            "iam" | "identitystore" => Some(K::Group),
            "ec2" => Some(K::SecurityGroup),
            _ => None,
        },
        Hint::Name => match service {
            "cloudtrail" => Some(K::Trail),
            "ssm" => Some(K::Parameter),
            "secretsmanager" => Some(K::Secret),
            _ => kind_of_arn(text),
        },
        Hint::Maybe => kind_of_arn(text),
    }
}

/// The kind that `resources[].type` names: CloudFormation's type names.
fn kind_of_type(name: &str) -> Option<K> {
    Some(match name {
        "AWS::S3::Bucket" => K::Bucket,
        "AWS::KMS::Key" => K::Key,
        "AWS::IAM::Role" => K::Role,
        "AWS::IAM::User" => K::User,
        "AWS::IAM::Group" => K::Group,
        "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy" => K::Policy,
        "AWS::IAM::AccessKey" => K::AccessKey,
        "AWS::Lambda::Function" => K::Function,
        "AWS::EC2::Instance" => K::Instance,
        "AWS::EC2::Snapshot" => K::Snapshot,
        "AWS::CloudTrail::Trail" => K::Trail,
        "AWS::SecretsManager::Secret" => K::Secret,
        _ => return None,
    })
}

/// The kind that an ARN's service and type name.
fn kind_of_arn(arn: &str) -> Option<K> {
    let mut parts = arn.splitn(6, ':');
    if parts.next() != Some("arn") {
        return None;
    }
    let service = parts.nth(1)?;
    let rest = parts.nth(2)?;
    let kind = rest.split(['/', ':']).next().unwrap_or(rest);
    Some(match (service, kind) {
        ("iam", "role") | ("sts", "assumed-role") => K::Role,
        ("iam", "user") => K::User,
        ("iam", "group") => K::Group,
        ("iam", "policy") => K::Policy,
        ("iam", "instance-profile") => K::InstanceProfile,
        ("s3", _) if !rest.contains('/') => K::Bucket,
        ("kms", "key") => K::Key,
        ("lambda", "function") => K::Function,
        ("secretsmanager", "secret") => K::Secret,
        ("ssm", "parameter") => K::Parameter,
        ("cloudtrail", "trail") => K::Trail,
        ("rds", "db" | "cluster" | "snapshot") => K::Database,
        ("elasticloadbalancing", "loadbalancer") => K::LoadBalancer,
        ("elasticloadbalancing", "targetgroup") => K::TargetGroup,
        ("ec2", _) => return rest.split_once('/').and_then(|(_, id)| kind_of_id(id)),
        _ => return None,
    })
}

/// An id in the form that other events use for the same thing: the name at the
/// end of an ARN, for the kinds that are mostly written by name.
fn plain<'a>(kind: K, text: &Cow<'a, str>) -> Cow<'a, str> {
    if !text.starts_with("arn:") {
        return text.clone();
    }
    map(text, |arn| {
        let rest = arn.splitn(6, ':').nth(5).unwrap_or(arn);
        match kind {
            K::Role if rest.starts_with("assumed-role/") => rest.split('/').nth(1).unwrap_or(arn),
            K::Role | K::User | K::Group | K::InstanceProfile | K::Trail | K::Key | K::Instance | K::Snapshot => {
                rest.rsplit('/').next().unwrap_or(rest)
            }
            K::Function | K::Secret => rest.split(':').nth(1).unwrap_or(rest),
            K::Parameter => rest.strip_prefix("parameter").unwrap_or(rest),
            K::Bucket => rest,
            _ => arn,
        }
    })
}

/// Words in the names of events, each with the kind of thing that it is about; the first that fits counts.
const WORDS: [(&str, K); 38] = [
    ("InstanceProfile", K::InstanceProfile),
    ("SecurityGroup", K::SecurityGroup),
    ("NetworkInterface", K::Interface),
    ("AutoScalingGroup", K::AutoScalingGroup),
    ("LoadBalancer", K::LoadBalancer),
    ("Target", K::TargetGroup),
    ("AccessKey", K::AccessKey),
    ("NetworkAcl", K::NetworkAcl),
    ("InternetGateway", K::InternetGateway),
    ("NatGateway", K::NatGateway),
    ("FlowLog", K::FlowLog),
    ("KeyPair", K::KeyPair),
    ("LaunchTemplate", K::LaunchTemplate),
    ("DB", K::Database),
    ("Snapshot", K::Snapshot),
    ("Volume", K::Volume),
    ("Image", K::Image),
    ("RouteTable", K::RouteTable),
    ("Route", K::RouteTable),
    ("Subnet", K::Subnet),
    ("Address", K::Address),
    ("Instance", K::Instance),
    ("Vpc", K::Vpc),
    ("LoginProfile", K::User),
    ("MFADevice", K::User),
    ("User", K::User),
    ("Role", K::Role),
    ("Bucket", K::Bucket),
    ("PublicAccessBlock", K::Bucket),
    ("Group", K::Group),
    ("Policy", K::Policy),
    ("Trail", K::Trail),
    ("Logging", K::Trail),
    ("EventSelectors", K::Trail),
    ("Function", K::Function),
    ("Secret", K::Secret),
    ("Parameter", K::Parameter),
    ("Database", K::Database),
];

/// The kind of thing that the name of an event is about.
fn telling(name: &str, source: &str) -> Option<K> {
    if name.contains("ClassicLinkVpc")
        || name.ends_with("IamInstanceProfile")
        || name.ends_with("IamInstanceProfileAssociation")
    {
        return Some(K::Instance);
    }
    if source.starts_with("kms.") {
        return Some(K::Key);
    }
    WORDS.iter().find(|(word, _)| name.contains(word)).map(|(_, kind)| *kind)
}
