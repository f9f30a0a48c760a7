//! What a call does to what it names, told by its name: who tags an instance
//! has not created it, and who takes a policy off a role has not removed it.

use super::Deed;
use crate::domain::event::Access;
use crate::domain::resource::ResourceKind;

/// Verbs of calls that make what the rest of the name says.
const MAKE: [&str; 12] = [
    "Create", "Run", "Allocate", "Import", "Copy", "Register", "Upload", "Request", "Issue", "Generate", "Restore",
    "Provide",
];
/// Verbs of calls that remove or stop what the rest of the name says.
const REMOVE: [&str; 6] = ["Delete", "Terminate", "Stop", "Deregister", "Release", "Cancel"];
/// What is made or removed on a thing, and changes it.
const PARTS: [&str; 6] = ["Tags", "LoginProfile", "PolicyVersion", "Route", "NetworkAclEntry", "VirtualMFADevice"];

/// What a call does to something of a kind that it names.
pub(super) fn of(name: &str, access: Access, kind: ResourceKind) -> Deed {
    let after = |verbs: &[&str]| verbs.iter().find_map(|verb| name.strip_prefix(verb)).map(str::to_owned);
    match (after(&MAKE), after(&REMOVE)) {
        (Some(noun), _) if is(&noun, kind) => Deed::Created,
        (Some(noun), _) if PARTS.iter().any(|part| noun.ends_with(part)) => Deed::Changed,
        (Some(_), _) => Deed::Named,
        (_, Some(noun)) if access == Access::Destructive && is(&noun, kind) => Deed::Removed,
        (_, Some(_)) if kind == ResourceKind::Other => Deed::Named,
        _ => Deed::Changed,
    }
}

/// The noun of a call's name is a word for the kind: alone, of many, or with the date of its version.
fn is(noun: &str, kind: ResourceKind) -> bool {
    use ResourceKind as K;
    let words: &[&str] = match kind {
        K::Instance => &["Instance", "SpotInstance", "Fleet"],
        K::SecurityGroup => &["SecurityGroup", "DefaultSecurityGroup"],
        K::Interface => &["NetworkInterface"],
        K::Volume => &["Volume"],
        K::Snapshot => &["Snapshot"],
        K::Image => &["Image"],
        K::Vpc => &["Vpc", "DefaultVpc"],
        K::Subnet => &["Subnet", "DefaultSubnet"],
        K::RouteTable => &["RouteTable"],
        K::NetworkAcl => &["NetworkAcl"],
        K::InternetGateway => &["InternetGateway"],
        K::NatGateway => &["NatGateway"],
        K::Address => &["Address"],
        K::FlowLog => &["FlowLog"],
        K::KeyPair => &["KeyPair"],
        K::LaunchTemplate => &["LaunchTemplate"],
        K::AutoScalingGroup => &["AutoScalingGroup"],
        K::LoadBalancer => &["LoadBalancer"],
        K::TargetGroup => &["TargetGroup"],
        K::AccessKey => &["AccessKey"],
        K::User => &["User"],
        K::Role => &["Role", "ServiceLinkedRole"],
        K::Group => &["Group"],
        K::Policy => &["Policy"],
        K::InstanceProfile => &["InstanceProfile"],
        K::Trail => &["Trail", "Logging"],
        K::Bucket => &["Bucket"],
        K::Key => &["Key"],
        K::Function => &["Function"],
        K::Secret => &["Secret"],
        K::Parameter => &["Parameter"],
        K::Database => &["DBInstance", "DBCluster", "DBSnapshot", "DBClusterSnapshot"],
        K::SecurityGroupRule | K::Other => &[],
    };
    let rest = |rest: &str| matches!(rest, "" | "s" | "es") || rest.starts_with(|c: char| c.is_ascii_digit());
    words.iter().any(|word| noun.strip_prefix(word).is_some_and(rest))
}

#[cfg(test)]
mod tests {
    use super::{Deed, of};
    use crate::domain::event::Access;
    use crate::domain::resource::ResourceKind as K;

    #[test]
    fn only_what_the_name_of_the_call_says_was_made_was_created() {
        for (name, kind, deed) in [
            ("RunInstances", K::Instance, Deed::Created),
            ("CreateFunction20150331", K::Function, Deed::Created),
            ("AllocateAddress", K::Address, Deed::Created),
            ("CreateTags", K::Instance, Deed::Changed),
            ("CreateLoginProfile", K::User, Deed::Changed),
            ("CreatePolicyVersion", K::Policy, Deed::Changed),
            ("CreateSnapshot", K::Volume, Deed::Named),
            ("RegisterTargets", K::TargetGroup, Deed::Named),
            ("StopLogging", K::Trail, Deed::Removed),
            ("TerminateInstances", K::Instance, Deed::Removed),
            ("ReleaseAddress", K::Address, Deed::Removed),
            ("DeleteTags", K::Instance, Deed::Changed),
            ("DeleteRolePolicy", K::Role, Deed::Changed),
            ("DetachVolume", K::Volume, Deed::Changed),
            ("DeleteRepository", K::Other, Deed::Named),
            ("ModifyInstanceAttribute", K::Instance, Deed::Changed),
        ] {
            assert_eq!(of(name, Access::of(name, None), kind), deed, "{name}");
        }
    }
}
