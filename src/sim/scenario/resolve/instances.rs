//! Instances with their interfaces, volumes, addresses and snapshots.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::super::file::{self, File};
use super::super::names::{self, Names, Place, wrong};
use super::super::spec::{
    AddressSpec, ClassicLinkSpec, InstanceSpec, InterfaceSpec, SnapshotSpec, SubnetSpec, VolumeSpec,
};
use super::super::{Scenario, ScenarioError};
use super::network::cidr_base;
use super::{duration, tags};
use crate::sim::dice::Dice;

/// The addresses handed out so far.
#[derive(Default)]
struct Addresses {
    private: BTreeMap<String, u32>,
    public: u32,
}

impl Addresses {
    /// The next address of a subnet; the first nine of a range stay free.
    fn private(&mut self, subnet: &SubnetSpec) -> String {
        let used = self.private.entry(subnet.id.clone()).or_default();
        *used += 1;
        let base = cidr_base(&subnet.cidr).map_or(0, u32::from);
        Ipv4Addr::from(base + 9 + *used).to_string()
    }

    /// The next public address, out of the ranges kept for documentation.
    fn public(&mut self) -> String {
        self.public += 1;
        let (net, host) =
            if self.public <= 200 { ([192, 0, 2], 9 + self.public) } else { ([198, 51, 100], self.public - 100) };
        format!("{}.{}.{}.{host}", net[0], net[1], net[2])
    }
}

pub fn resolve(file: &File, scenario: &mut Scenario, names: &mut Names) -> Result<(), ScenarioError> {
    let mut addresses = Addresses::default();
    for raw in &file.instances {
        let count = raw.count.unwrap_or(1);
        if count > 1 && !raw.name.contains("{n}") {
            return Err(wrong(format!("instances '{}'", raw.name), "several instances need {n} in their name"));
        }
        for offset in 0..count {
            instance(raw, offset, scenario, names, &mut addresses)?;
        }
    }
    for raw in &file.snapshot {
        snapshots(raw, scenario, names)?;
    }
    Ok(())
}

fn instance(
    raw: &file::Instances,
    offset: u32,
    scenario: &mut Scenario,
    names: &mut Names,
    addresses: &mut Addresses,
) -> Result<(), ScenarioError> {
    let ordinal = raw.first.unwrap_or(1) + offset;
    let name = raw.name.replace("{n}", &ordinal.to_string());
    let at = format!("instance '{name}'");
    let subnet = nth_subnet(&raw.subnets, offset, scenario, names, &at)?;
    let region = subnet.region.clone();
    let image_place = names.get("image", &format!("{}@{region}", raw.image), &at)?.clone();
    let image = scenario.images.iter().find(|image| image.id == image_place.id).cloned().unwrap_or_default();
    if let Some(profile) = &raw.profile
        && !scenario.profiles.iter().any(|known| known.name == *profile)
    {
        return Err(wrong(at, format!("there is no profile '{profile}'")));
    }
    let id = numbered(raw, &name, "i", ordinal);
    let step = raw.launched_step.as_deref().map_or(Ok(0), |text| duration(text, &at))?;
    let launched = duration(&raw.launched, &at)? + step * i64::from(offset);
    let public_ip = (raw.public || raw.elastic).then(|| addresses.public());
    let mut interfaces = vec![interface(&name, 0, &subnet, &raw.groups, public_ip.clone(), names, addresses, &at)?];
    if let Some(second) = &raw.second_interface {
        let subnet = nth_subnet(&second.subnets, offset, scenario, names, &at)?;
        interfaces.push(interface(&name, 1, &subnet, &second.groups, None, names, addresses, &at)?);
    }
    if let (true, Some(public_ip)) = (raw.elastic, public_ip) {
        scenario.addresses.push(AddressSpec {
            allocation_id: names::id("eipalloc", &name),
            association_id: names::id("eipassoc", &name),
            public_ip,
            region: region.clone(),
            instance: Some(id.clone()),
            interface: Some(interfaces[0].id.clone()),
            tags: tags(&name, &BTreeMap::new()),
        });
    }
    let kms = format!(
        "arn:aws:kms:{region}:{}:key/{}",
        scenario.account.id,
        Dice::new(0, &format!("aws/ebs {region}")).uuid()
    );
    let volumes = volumes(raw, &name, launched, &image.snapshot, &kms, &id);
    for volume in &volumes {
        let place = Place { id: volume.id.clone(), region: region.clone(), vpc: String::new() };
        let key = if volume.device == image.root_device { name.clone() } else { format!("{name}{}", volume.device) };
        names.add("volume", &key, place)?;
    }
    let place = |id: &str| Place { id: id.to_owned(), region: region.clone(), vpc: subnet.vpc.clone() };
    names.add("instance", &name, place(&id))?;
    names.add("interface", &name, place(&interfaces[0].id))?;
    let classic_link = match &raw.classic_link {
        None => None,
        Some(link) => Some(ClassicLinkSpec {
            vpc: names.get("vpc", &link.vpc, &at)?.id.clone(),
            groups: group_ids(&link.groups, names, &at)?,
        }),
    };
    let mut tag_list = tags(&name, &raw.tags);
    if let Some(asg) = &raw.asg {
        tag_list.push((super::scaling::MEMBER.to_owned(), asg.clone()));
    }
    let state = raw.state.clone().unwrap_or_else(|| "running".to_owned());
    if state != "running" && state != "stopped" {
        return Err(wrong(at, format!("the state '{state}' is neither running nor stopped")));
    }
    let user_data = raw.user_data.as_deref().map(|text| names.fill(text, &at)).transpose()?;
    scenario.instances.push(InstanceSpec {
        id,
        az: subnet.az.clone(),
        region,
        name,
        image: image.id,
        instance_type: raw.instance_type.clone(),
        state,
        launched,
        key_name: raw.key.clone(),
        profile: raw.profile.clone(),
        interfaces,
        volumes,
        termination_protected: raw.protected,
        shutdown_behavior: raw.shutdown_behavior.clone().unwrap_or_else(|| "stop".to_owned()),
        imdsv2: raw.imdsv2.unwrap_or(true),
        user_data,
        root_device: image.root_device,
        classic_link,
        monitoring: raw.monitoring,
        tags: tag_list,
    });
    Ok(())
}

fn numbered(raw: &file::Instances, name: &str, prefix: &str, ordinal: u32) -> String {
    if raw.name.contains("{n}") { names::numbered_id(prefix, &raw.name, ordinal) } else { names::id(prefix, name) }
}

fn nth_subnet(
    subnets: &[String],
    offset: u32,
    scenario: &Scenario,
    names: &Names,
    at: &str,
) -> Result<SubnetSpec, ScenarioError> {
    let Some(subnet) = subnets.get(offset as usize % subnets.len().max(1)) else {
        return Err(wrong(at, "name at least one subnet"));
    };
    let place = names.get("subnet", subnet, at)?;
    Ok(scenario.subnets.iter().find(|known| known.id == place.id).cloned().unwrap_or_default())
}

fn group_ids(groups: &[String], names: &Names, at: &str) -> Result<Vec<String>, ScenarioError> {
    groups.iter().map(|group| names.get("group", group, at).map(|place| place.id.clone())).collect()
}

#[expect(clippy::too_many_arguments, reason = "what an interface is made of, named once")]
fn interface(
    instance: &str,
    index: u32,
    subnet: &SubnetSpec,
    groups: &[String],
    public_ip: Option<String>,
    names: &Names,
    addresses: &mut Addresses,
    at: &str,
) -> Result<InterfaceSpec, ScenarioError> {
    let key = format!("{instance} eth{index}");
    for group in groups {
        if names.get("group", group, at)?.vpc != subnet.vpc {
            return Err(wrong(at, format!("the group '{group}' is of another VPC than the subnet '{}'", subnet.name)));
        }
    }
    let mac = Dice::new(0, &key).hex(10);
    Ok(InterfaceSpec {
        id: names::id("eni", &key),
        attachment: names::id("eni-attach", &key),
        index,
        subnet: subnet.id.clone(),
        mac: format!("0a:{}:{}:{}:{}:{}", &mac[..2], &mac[2..4], &mac[4..6], &mac[6..8], &mac[8..]),
        private_ip: addresses.private(subnet),
        public_ip,
        groups: group_ids(groups, names, at)?,
        description: if index == 0 { String::new() } else { format!("{instance} second interface") },
    })
}

fn volumes(
    raw: &file::Instances,
    name: &str,
    launched: i64,
    image_snapshot: &str,
    kms: &str,
    instance: &str,
) -> Vec<VolumeSpec> {
    let root = file::Volume { device: "/dev/xvda".to_owned(), size: 8, kind: None, encrypted: false, keep: false };
    let has_root = raw.volume.iter().any(|volume| volume.device == root.device);
    let all = (!has_root).then_some(&root).into_iter().chain(&raw.volume);
    let mut volumes: Vec<VolumeSpec> = all
        .map(|volume| VolumeSpec {
            id: names::id("vol", &format!("{instance} {}", volume.device)),
            device: volume.device.clone(),
            size: volume.size,
            kind: volume.kind.clone().unwrap_or_else(|| "gp3".to_owned()),
            encrypted: volume.encrypted,
            kms_key: volume.encrypted.then(|| kms.to_owned()),
            delete_on_termination: !volume.keep,
            snapshot: (volume.device == root.device).then(|| image_snapshot.to_owned()),
            created: launched,
            tags: tags(name, &BTreeMap::new()),
        })
        .collect();
    volumes.sort_by_key(|volume| volume.device != root.device);
    volumes
}

fn snapshots(raw: &file::Snapshot, scenario: &mut Scenario, names: &mut Names) -> Result<(), ScenarioError> {
    for ordinal in 1..=raw.count.unwrap_or(1) {
        let name = raw.name.replace("{n}", &ordinal.to_string());
        let at = format!("snapshot '{name}'");
        let instance_id = names.get("instance", &raw.of, &at)?.id.clone();
        let found = scenario.instances.iter().find(|known| known.id == instance_id);
        let volume = found.and_then(|instance| {
            let device = raw.device.as_ref().unwrap_or(&instance.root_device);
            instance.volumes.iter().find(|volume| volume.device == *device)
        });
        let (Some(instance), Some(volume)) = (found, volume) else {
            return Err(wrong(at, format!("'{}' has no such volume", raw.of)));
        };
        let spec = SnapshotSpec {
            id: if raw.name.contains("{n}") {
                names::numbered_id("snap", &raw.name, ordinal)
            } else {
                names::id("snap", &name)
            },
            region: instance.region.clone(),
            volume: volume.id.clone(),
            size: volume.size,
            encrypted: volume.encrypted,
            created: duration(&raw.created, &at)? - 86_400 * i64::from(ordinal - 1),
            description: raw.description.clone(),
            shared_with: raw.shared_with.clone(),
            tags: tags(&name, &raw.tags),
        };
        let place = Place { id: spec.id.clone(), region: spec.region.clone(), vpc: String::new() };
        names.add("snapshot", &name, place)?;
        scenario.snapshots.push(spec);
    }
    Ok(())
}
