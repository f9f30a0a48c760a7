//! The ids that an event touches: those of its payloads and of the list
//! `resources[]`, each once, ordered so that the most telling comes first.
//!
//! Which is most telling, the name of the event says:
//! `AuthorizeSecurityGroupIngress` a group, `RunInstances` the launched
//! instances, `StopLogging` the trail.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashSet;

use super::identity::map;
use super::payload::{Hint, LONGEST, Payload};
use super::wire::Touched;
use crate::domain::resource::{ResourceKind as K, kind_of_id};

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

/// The service of an ARN, and what stands behind the account:
/// `arn:partition:service:region:account:rest`.
fn of_arn(arn: &str) -> Option<(&str, &str)> {
    if !arn.starts_with("arn:") {
        return None;
    }
    let mut colons = memchr::memchr_iter(b':', arn.as_bytes()).skip(1);
    let partition = colons.next()?;
    let service = colons.next()?;
    let account = colons.nth(1)?;
    Some((&arn[partition + 1..service], &arn[account + 1..]))
}

/// The kind that an ARN's service and type name.
fn kind_of_arn(arn: &str) -> Option<K> {
    let (service, rest) = of_arn(arn)?;
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
        let rest = of_arn(arn).map_or(arn, |(_, rest)| rest);
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

/// All the words in one search.
static WORDS_IN: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(WORDS.iter().map(|(word, _)| word)).ok());

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
    let first = WORDS_IN.as_ref()?.find_overlapping_iter(name).map(|found| found.pattern()).min()?;
    WORDS.get(first.as_usize()).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::{K, WORDS, WORDS_IN, of_arn, telling};

    #[test]
    fn an_arn_is_parted_at_its_first_five_colons() {
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:f:1";
        assert_eq!(of_arn(arn), Some(("lambda", "function:f:1")));
        assert_eq!(of_arn("arn:aws:s3:::bucket/é"), Some(("s3", "bucket/é")));
        for broken in ["arn:aws:s3::bucket", "urn:aws:s3:::bucket", "arn:", "arn", ""] {
            assert_eq!(of_arn(broken), None, "{broken}");
        }
    }

    #[test]
    fn the_first_word_of_the_table_that_a_name_holds_counts() {
        assert!(WORDS_IN.is_some());
        for (name, kind) in [
            ("CreateInstanceProfile", Some(K::InstanceProfile)),
            ("AuthorizeSecurityGroupIngress", Some(K::SecurityGroup)),
            ("CreateDBSnapshot", Some(K::Database)),
            ("CreateVolume", Some(K::Volume)),
            ("AttachUserPolicy", Some(K::User)),
            ("ReplaceRouteTableAssociation", Some(K::RouteTable)),
            ("GetCallerIdentity", None),
        ] {
            assert_eq!(telling(name, "ec2.amazonaws.com"), kind, "{name}");
            let searched = WORDS.iter().find(|(word, _)| name.contains(word)).map(|(_, kind)| *kind);
            assert_eq!(kind, searched, "{name}");
        }
    }
}
