//! Ids: whether one has the shape that it must have, and what AWS says of one that
//! does not exist.

use crate::sim::service::Refusal;

/// A kind of id, with the codes and words of its errors.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    prefix: &'static str,
    malformed: &'static str,
    not_found: &'static str,
    /// The message of one that is not there; `{}` stands for the id.
    absent: &'static str,
    /// The parameter's name in messages of malformed ids.
    parameter: &'static str,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal, $parameter:literal, $malformed:literal, $not_found:literal, $absent:literal;)*) => {
        impl Kind {
            $($(#[$doc])* pub const $name: Kind = Kind {
                prefix: $prefix, parameter: $parameter, malformed: $malformed, not_found: $not_found, absent: $absent,
            };)*
        }
    };
}

kinds! {
    /// Instances.
    INSTANCE = "i-", "instanceId", "InvalidInstanceID.Malformed", "InvalidInstanceID.NotFound", "The instance ID '{}' does not exist";
    /// Network interfaces.
    INTERFACE = "eni-", "networkInterfaceId", "InvalidNetworkInterfaceId.Malformed", "InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '{}' does not exist";
    /// Volumes.
    VOLUME = "vol-", "volumeId", "InvalidParameterValue", "InvalidVolume.NotFound", "The volume '{}' does not exist.";
    /// Snapshots.
    SNAPSHOT = "snap-", "snapshotId", "InvalidParameterValue", "InvalidSnapshot.NotFound", "The snapshot '{}' does not exist.";
    /// Security groups.
    GROUP = "sg-", "groupId", "InvalidGroupId.Malformed", "InvalidGroup.NotFound", "The security group '{}' does not exist";
    /// Rules of security groups.
    RULE = "sgr-", "securityGroupRuleId", "InvalidSecurityGroupRuleId.Malformed", "InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '{}' does not exist";
    /// Images.
    IMAGE = "ami-", "imageId", "InvalidAMIID.Malformed", "InvalidAMIID.NotFound", "The image id '[{}]' does not exist";
    /// VPCs.
    VPC = "vpc-", "vpcId", "InvalidVpcId.Malformed", "InvalidVpcID.NotFound", "The vpc ID '{}' does not exist";
    /// Subnets.
    SUBNET = "subnet-", "subnetId", "InvalidSubnetId.Malformed", "InvalidSubnetID.NotFound", "The subnet ID '{}' does not exist";
    /// Route tables.
    ROUTE_TABLE = "rtb-", "routeTableId", "InvalidRouteTableId.Malformed", "InvalidRouteTableID.NotFound", "The routeTable ID '{}' does not exist";
    /// Network ACLs.
    NETWORK_ACL = "acl-", "networkAclId", "InvalidNetworkAclId.Malformed", "InvalidNetworkAclID.NotFound", "The networkAcl ID '{}' does not exist";
    /// Internet gateways.
    INTERNET_GATEWAY = "igw-", "internetGatewayId", "InvalidInternetGatewayId.Malformed", "InvalidInternetGatewayID.NotFound", "The internetGateway ID '{}' does not exist";
    /// NAT gateways.
    NAT_GATEWAY = "nat-", "natGatewayId", "NatGatewayMalformed", "NatGatewayNotFound", "NAT gateway {} was not found";
    /// Elastic addresses.
    ALLOCATION = "eipalloc-", "allocationId", "InvalidAllocationID.Malformed", "InvalidAllocationID.NotFound", "The allocation ID '{}' does not exist";
    /// Flow logs.
    FLOW_LOG = "fl-", "flowLogId", "InvalidFlowLogId.Malformed", "InvalidFlowLogId.NotFound", "The flow log ID '{}' does not exist";
    /// Instance profiles on instances.
    ASSOCIATION = "iip-assoc-", "associationId", "InvalidAssociationID.Malformed", "InvalidAssociationID.NotFound", "An invalid association-id of '{}' was given";
    /// Key pairs.
    KEY_PAIR = "key-", "keyPairId", "InvalidKeyPairId.Malformed", "InvalidKeyPair.NotFound", "The key pair ID '{}' does not exist";
}

impl Kind {
    /// Whether an id has the shape: the prefix and eight or seventeen hexadecimal digits.
    pub fn check(self, id: &str) -> Result<(), Refusal> {
        let digits = id.strip_prefix(self.prefix).unwrap_or_default();
        let right = matches!(digits.len(), 8 | 17) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if right {
            return Ok(());
        }
        let message = if self.malformed == "InvalidParameterValue" {
            format!("Value ({id}) for parameter {} is invalid. Expected: '{}...'.", self.parameter, self.prefix)
        } else if id.starts_with(self.prefix) {
            format!("Invalid id: \"{id}\"")
        } else {
            format!("Invalid id: \"{id}\" (expecting \"{}...\")", self.prefix)
        };
        Err(Refusal::new(self.malformed, message))
    }

    /// That there is none of that id.
    pub fn absent(self, id: &str) -> Refusal {
        Refusal::new(self.not_found, self.absent.replace("{}", id))
    }

    /// That there are none of those ids.
    pub fn all_absent(self, ids: &[&str]) -> Refusal {
        match ids {
            [one] => self.absent(one),
            many => {
                let words = self.absent.replace(" ID '", " IDs '").replace("does not exist", "do not exist");
                Refusal::new(self.not_found, words.replace("{}", &many.join(", ")))
            }
        }
    }

    /// The thing of that id, where its shape is right and it is there.
    pub fn find<T>(self, id: &str, found: Option<T>) -> Result<T, Refusal> {
        self.check(id)?;
        found.ok_or_else(|| self.absent(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_eight_or_seventeen_digits() {
        assert!(Kind::INSTANCE.check("i-0123456789abcdef0").is_ok());
        assert!(Kind::INSTANCE.check("i-01234567").is_ok());
        let wrong = Kind::INSTANCE.check("i-xyz").unwrap_err();
        assert_eq!(
            (wrong.code.as_str(), wrong.message.as_str()),
            ("InvalidInstanceID.Malformed", "Invalid id: \"i-xyz\"")
        );
        let other = Kind::INSTANCE.check("vol-01234567").unwrap_err();
        assert_eq!(other.message, "Invalid id: \"vol-01234567\" (expecting \"i-...\")");
    }

    #[test]
    fn several_absent_ids_are_told_together() {
        let refusal = Kind::INSTANCE.all_absent(&["i-1", "i-2"]);
        assert_eq!(refusal.message, "The instance IDs 'i-1, i-2' do not exist");
        assert_eq!(Kind::VOLUME.all_absent(&["vol-1"]).message, "The volume 'vol-1' does not exist.");
    }
}
