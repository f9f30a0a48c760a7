//! Instances as the wire shows them.

use super::super::phase::Phase;
use super::super::state::{Association, Instance, Interface, Region};
use super::{dns, tags, time, zone_id};
use jiff::Timestamp;
use serde_json::{Value, json};

impl Region {
    /// An instance as DescribeInstances shows it, with its reservation's id under
    /// `reservationId`, which the caller takes out again.
    pub fn show_instance(&self, instance: &Instance) -> Value {
        let interfaces: Vec<&Interface> = self.interfaces_of(&instance.id).collect();
        let primary = interfaces.iter().find(|one| one.index == 0);
        let gone = instance.state.phase == Phase::Terminated;
        let private_ip = primary.map(|one| one.private_ip.as_str());
        let public_ip = primary.and_then(|one| one.public_ip.as_deref());
        let text = |value: Option<String>| value.map_or(json!(""), Value::String);
        let mut shown = json!({
            "reservationId": instance.reservation,
            "instanceId": instance.id,
            "imageId": instance.image,
            "instanceState": instance.state.phase.show(),
            "privateDnsName": text(private_ip.map(|ip| dns("ip", &self.name, ip))),
            "dnsName": text(public_ip.map(|ip| dns("ec2", &self.name, ip))),
            "reason": instance.state_reason.as_ref().map(|(_, message)| {
                let words = message.split_once(": ").map_or(message.as_str(), |(_, words)| words);
                format!("{} ({} GMT)", words.replace("User initiated shutdown", "User initiated"), instance.state.since.strftime("%Y-%m-%d %H:%M:%S"))
            }).unwrap_or_default(),
            "keyName": instance.key_name,
            "amiLaunchIndex": instance.launch_index,
            "productCodes": [],
            "instanceType": instance.instance_type,
            "launchTime": time(instance.launched),
            "placement": {
                "availabilityZone": instance.zone,
                "availabilityZoneId": zone_id(&instance.zone),
                "groupName": "",
                "tenancy": "default",
            },
            "monitoring": {"state": if instance.monitoring { "enabled" } else { "disabled" }},
            "subnetId": if gone { Value::Null } else { json!(instance.subnet) },
            "vpcId": if gone { Value::Null } else { json!(instance.vpc) },
            "privateIpAddress": private_ip,
            "ipAddress": public_ip,
        });
        let rest = json!({
            "sourceDestCheck": if gone { Value::Null } else { json!(instance.source_dest_check) },
            "groupSet": primary.map_or_else(|| json!([]), |one| self.show_group_names(&one.groups)),
            "stateReason": instance.state_reason.as_ref().map(|(code, message)| json!({"code": code, "message": message})),
            "architecture": instance.architecture,
            "rootDeviceType": "ebs",
            "rootDeviceName": instance.root_device,
            "blockDeviceMapping": instance.volumes.iter().map(|one| json!({
                "deviceName": one.device,
                "ebs": {
                    "volumeId": one.volume,
                    "status": "attached",
                    "attachTime": time(one.since),
                    "deleteOnTermination": one.delete_on_termination,
                },
            })).collect::<Vec<_>>(),
            "virtualizationType": "hvm",
            "clientToken": instance.client_token,
            "tagSet": tags(&instance.tags),
            "hypervisor": "xen",
            "networkInterfaceSet": interfaces.iter().map(|one| self.show_instance_interface(one)).collect::<Vec<_>>(),
            "iamInstanceProfile": self.association_of(&instance.id).map(|one| self.show_profile(one)),
            "ebsOptimized": instance.ebs_optimized,
            "enaSupport": true,
            "cpuOptions": super::super::types::cpu_options(&instance.instance_type),
            "capacityReservationSpecification": {"capacityReservationPreference": "open"},
            "hibernationOptions": {"configured": false},
            "enclaveOptions": {"enabled": false},
            "metadataOptions": Region::show_metadata(instance),
            "platformDetails": "Linux/UNIX",
            "usageOperation": "RunInstances",
            "usageOperationUpdateTime": time(instance.launched),
            "bootMode": "uefi-preferred",
            "currentInstanceBootMode": if instance.architecture == "arm64" { "uefi" } else { "legacy-bios" },
            "privateDnsNameOptions": {
                "hostnameType": "ip-name",
                "enableResourceNameDnsARecord": false,
                "enableResourceNameDnsAAAARecord": false,
            },
            "maintenanceOptions": {"autoRecovery": "default", "rebootMigration": "default"},
        });
        if let (Some(fields), Value::Object(rest)) = (shown.as_object_mut(), rest) {
            fields.extend(rest);
        }
        shown
    }

    /// How the metadata service answers.
    pub fn show_metadata(instance: &Instance) -> Value {
        json!({
            "state": "applied",
            "httpTokens": instance.metadata.tokens,
            "httpPutResponseHopLimit": instance.metadata.hops,
            "httpEndpoint": instance.metadata.endpoint,
            "httpProtocolIpv6": "disabled",
            "instanceMetadataTags": instance.metadata.tags,
        })
    }

    /// An instance as DescribeInstanceStatus shows it.
    pub fn show_status(&self, instance: &Instance, now: Timestamp) -> Value {
        let running = instance.state.phase == Phase::Running;
        // The checks take two minutes to pass after a start.
        let young = instance.state.since.max(instance.launched) + jiff::SignedDuration::from_mins(2) > now;
        let (word, reachable) = match (running, young) {
            (false, _) => ("not-applicable", None),
            (true, true) => ("initializing", Some("initializing")),
            (true, false) => ("ok", Some("passed")),
        };
        let details: Vec<Value> =
            reachable.into_iter().map(|status| json!({"name": "reachability", "status": status})).collect();
        let check = json!({"status": word, "details": details});
        json!({
            "instanceId": instance.id,
            "availabilityZone": instance.zone,
            "availabilityZoneId": zone_id(&instance.zone),
            "instanceState": instance.state.phase.show(),
            "systemStatus": check,
            "instanceStatus": check,
            "attachedEbsStatus": check,
        })
    }

    /// The profile on an instance that is not on its way out.
    pub fn association_of(&self, instance: &str) -> Option<&Association> {
        self.associations.iter().find(|one| one.instance == instance && one.gone.is_none())
    }

    /// An instance profile's ARN and id.
    pub fn show_profile(&self, association: &Association) -> Value {
        let id = self.profiles.iter().find(|one| one.name == association.profile).map(|one| one.id.as_str());
        json!({"arn": self.profile_arn(&association.profile), "id": id})
    }

    /// The ARN of an instance profile.
    pub fn profile_arn(&self, name: &str) -> String {
        format!("arn:aws:iam::{}:instance-profile/{name}", self.account)
    }

    /// A profile on an instance.
    pub fn show_association(&self, association: &Association, now: Timestamp) -> Value {
        let state = match association.gone {
            Some(_) => "disassociating",
            None if association.associated > now => "associating",
            None => "associated",
        };
        json!({
            "associationId": association.id,
            "instanceId": association.instance,
            "iamInstanceProfile": self.show_profile(association),
            "state": state,
            "timestamp": time(association.since),
        })
    }
}
