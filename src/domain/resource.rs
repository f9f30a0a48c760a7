//! What an event touches.

use serde::{Deserialize, Serialize};

/// The kind of thing that an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each kind is named by the AWS term for it")]
pub enum ResourceKind {
    Instance,
    SecurityGroup,
    SecurityGroupRule,
    Interface,
    Volume,
    Snapshot,
    Image,
    Vpc,
    Subnet,
    RouteTable,
    NetworkAcl,
    InternetGateway,
    NatGateway,
    Address,
    FlowLog,
    KeyPair,
    LaunchTemplate,
    AutoScalingGroup,
    LoadBalancer,
    TargetGroup,
    AccessKey,
    User,
    Role,
    Group,
    Policy,
    InstanceProfile,
    Trail,
    Bucket,
    Key,
    Function,
    Secret,
    Parameter,
    Database,
    Other,
}

/// One id that an event touches.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Resource {
    /// What it is.
    pub kind: ResourceKind,
    /// The id, name or ARN as AWS writes it.
    pub id: String,
}

impl Resource {
    /// A resource of a known kind.
    pub fn new(kind: ResourceKind, id: impl Into<String>) -> Self {
        Self { kind, id: id.into() }
    }

    /// The resource that an id names by its own prefix (`i-…`, `sg-…`, `AKIA…`);
    /// none where the prefix tells nothing.
    pub fn of_id(id: &str) -> Option<Self> {
        kind_of_id(id).map(|kind| Self::new(kind, id))
    }
}

/// The kind that an id's prefix tells, for the EC2 ids (`prefix-` and 8 or 17
/// hexadecimal digits) and for access keys (`AKIA`/`ASIA` and 16 characters).
pub fn kind_of_id(id: &str) -> Option<ResourceKind> {
    use ResourceKind as K;
    if (id.starts_with("AKIA") || id.starts_with("ASIA")) && (16..=32).contains(&id.len()) {
        return Some(K::AccessKey);
    }
    // The longest prefix has eight letters: long texts are not gone through.
    let at = id.bytes().take(9).position(|byte| byte == b'-')?;
    let (prefix, rest) = (&id[..at], &id[at + 1..]);
    if rest.len() < 8 || !rest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some(match prefix {
        "i" => K::Instance,
        "sg" => K::SecurityGroup,
        "sgr" => K::SecurityGroupRule,
        "eni" => K::Interface,
        "vol" => K::Volume,
        "snap" => K::Snapshot,
        "ami" => K::Image,
        "vpc" => K::Vpc,
        "subnet" => K::Subnet,
        "rtb" => K::RouteTable,
        "acl" => K::NetworkAcl,
        "igw" => K::InternetGateway,
        "nat" => K::NatGateway,
        "eipalloc" => K::Address,
        "fl" => K::FlowLog,
        "key" => K::KeyPair,
        "lt" => K::LaunchTemplate,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Resource, ResourceKind, kind_of_id};

    #[test]
    fn an_id_tells_its_kind_by_its_prefix() {
        assert_eq!(kind_of_id("i-0abc12de34f567890"), Some(ResourceKind::Instance));
        assert_eq!(kind_of_id("sgr-0abc12de"), Some(ResourceKind::SecurityGroupRule));
        assert_eq!(kind_of_id("AKIAIOSFODNN7EXAMPLE"), Some(ResourceKind::AccessKey));
        assert_eq!(kind_of_id("i-xyz"), None);
        assert_eq!(kind_of_id("web-7"), None);
        assert_eq!(kind_of_id("eipalloc-0abc12de"), Some(ResourceKind::Address));
        assert_eq!(kind_of_id("ééé-0abc12de"), None);
        assert_eq!(kind_of_id("-0abc12de"), None);
        assert_eq!(Resource::of_id("vpc-12345678").map(|r| r.kind), Some(ResourceKind::Vpc));
    }
}
