//! Networks: VPCs with what belongs to them, and security groups.

use super::Tags;

/// A VPC.
#[derive(Clone, Debug, Default)]
pub struct VpcSpec {
    /// `vpc-…`.
    pub id: String,
    /// The handle in the scenario's file and the Name tag.
    pub name: String,
    /// Its Region.
    pub region: String,
    /// Its IPv4 range.
    pub cidr: String,
    /// Whether it is the Region's default VPC.
    pub default: bool,
    /// Its tags, Name included.
    pub tags: Tags,
}

/// A subnet.
#[derive(Clone, Debug, Default)]
pub struct SubnetSpec {
    /// `subnet-…`.
    pub id: String,
    /// The handle in the scenario's file and the Name tag.
    pub name: String,
    /// The VPC's id.
    pub vpc: String,
    /// Its Region.
    pub region: String,
    /// Its zone, `eu-west-1a`.
    pub az: String,
    /// Its IPv4 range.
    pub cidr: String,
    /// Whether its default route goes to an internet gateway.
    pub public: bool,
    /// Its tags, Name included.
    pub tags: Tags,
}

/// A route table with its associations.
#[derive(Clone, Debug, Default)]
pub struct RouteTableSpec {
    /// `rtb-…`.
    pub id: String,
    /// The VPC's id.
    pub vpc: String,
    /// Its Region.
    pub region: String,
    /// Whether it serves the subnets without a table of their own.
    pub main: bool,
    /// The ids of the subnets associated with it.
    pub subnets: Vec<String>,
    /// Destination and target: `igw-…`, `nat-…` or `local`.
    pub routes: Vec<(String, String)>,
    /// Its tags, Name included.
    pub tags: Tags,
}

/// A network ACL with its associations.
#[derive(Clone, Debug, Default)]
pub struct NetworkAclSpec {
    /// `acl-…`.
    pub id: String,
    /// The VPC's id.
    pub vpc: String,
    /// Its Region.
    pub region: String,
    /// Whether it is the VPC's default.
    pub default: bool,
    /// The ids of the subnets associated with it.
    pub subnets: Vec<String>,
    /// Its entries without the closing deny-all.
    pub entries: Vec<AclEntrySpec>,
    /// Its tags, Name included.
    pub tags: Tags,
}

/// One entry of a network ACL.
#[derive(Clone, Debug, Default)]
pub struct AclEntrySpec {
    /// Its place, lowest first.
    pub number: u32,
    /// Whether it holds for outgoing traffic.
    pub egress: bool,
    /// `6`, `17`, `1` or `-1`, as the API numbers protocols.
    pub protocol: String,
    /// Allow or deny.
    pub allow: bool,
    /// The range it holds for.
    pub cidr: String,
    /// First and last port where the protocol has ports.
    pub ports: Option<(u16, u16)>,
    /// Type and code where the protocol is ICMP, -1 for all.
    pub icmp: Option<(i64, i64)>,
}

/// An internet gateway, attached.
#[derive(Clone, Debug, Default)]
pub struct InternetGatewaySpec {
    /// `igw-…`.
    pub id: String,
    /// The VPC's id.
    pub vpc: String,
    /// Its Region.
    pub region: String,
    /// Its tags, Name included.
    pub tags: Tags,
}

/// A NAT gateway.
#[derive(Clone, Debug, Default)]
pub struct NatGatewaySpec {
    /// `nat-…`.
    pub id: String,
    /// The VPC's id.
    pub vpc: String,
    /// The subnet's id.
    pub subnet: String,
    /// Its Region.
    pub region: String,
    /// Its elastic address.
    pub public_ip: String,
    /// Its tags, Name included.
    pub tags: Tags,
}

/// A security group.
#[derive(Clone, Debug, Default)]
pub struct GroupSpec {
    /// `sg-…`.
    pub id: String,
    /// The group's name, also its handle in the scenario's file.
    pub name: String,
    /// Its description.
    pub description: String,
    /// The VPC's id.
    pub vpc: String,
    /// Its Region.
    pub region: String,
    /// Rules for incoming traffic.
    pub ingress: Vec<RuleSpec>,
    /// Rules for outgoing traffic.
    pub egress: Vec<RuleSpec>,
    /// Its tags, Name included.
    pub tags: Tags,
}

/// One rule of a security group.
#[derive(Clone, Debug, Default)]
pub struct RuleSpec {
    /// `sgr-…`.
    pub id: String,
    /// `tcp`, `udp`, `icmp` or `-1`.
    pub protocol: String,
    /// First port, -1 for all.
    pub from: i32,
    /// Last port, -1 for all.
    pub to: i32,
    /// The other side.
    pub peer: PeerSpec,
    /// Its description, empty for none.
    pub description: String,
}

/// The other side of a security group's rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerSpec {
    /// An IPv4 range.
    Cidr4(String),
    /// An IPv6 range.
    Cidr6(String),
    /// The id of another group.
    Group(String),
    /// The id of a prefix list.
    PrefixList(String),
}

impl Default for PeerSpec {
    fn default() -> PeerSpec {
        PeerSpec::Cidr4("0.0.0.0/0".to_owned())
    }
}
