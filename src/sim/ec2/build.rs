//! A Region as the scenario says it stands at the opening.

use super::phase::{Phase, State};
use super::state::{
    Association, Attached, Image, ImageDevice, Instance, Interface, KeyPair, Metadata, Region, Snapshot, Volume,
};
use crate::sim::dice::Dice;
use crate::sim::scenario::Scenario;
use crate::sim::scenario::spec::{ImageSpec, InstanceSpec, SnapshotSpec};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

/// The Region of that name.
pub fn region(scenario: &Scenario, name: &str, seed: u64, start: Timestamp) -> Region {
    macro_rules! here {
        ($list:ident) => {
            scenario.$list.iter().filter(|one| one.region == name).cloned().collect()
        };
    }
    let mut region = Region {
        name: name.to_owned(),
        account: scenario.account.id.clone(),
        start,
        vpcs: here!(vpcs),
        subnets: here!(subnets),
        route_tables: here!(route_tables),
        network_acls: here!(network_acls),
        internet_gateways: here!(internet_gateways),
        nat_gateways: here!(nat_gateways),
        groups: here!(groups),
        images: Vec::new(),
        encrypts: false,
        addresses: here!(addresses),
        flow_logs: here!(flow_logs),
        instances: Vec::new(),
        interfaces: Vec::new(),
        volumes: Vec::new(),
        snapshots: Vec::new(),
        key_pairs: Vec::new(),
        associations: Vec::new(),
        profiles: scenario.profiles.clone(),
        dice: Dice::new(seed, &format!("ec2 {name}")),
    };
    for spec in scenario.images.iter().filter(|one| one.region == name) {
        let image = image(&region, spec);
        region.images.push(image);
    }
    for spec in scenario.instances.iter().filter(|one| one.region == name) {
        add(&mut region, spec);
    }
    region.instances.sort_by_key(|instance| instance.launched);
    for spec in scenario.snapshots.iter().filter(|one| one.region == name) {
        let snapshot = snapshot(&region, spec);
        region.snapshots.push(snapshot);
    }
    region
}

fn add(region: &mut Region, spec: &InstanceSpec) {
    let launched = region.at(spec.launched);
    let primary = spec.interfaces.first();
    let subnet = primary.map(|one| one.subnet.clone()).unwrap_or_default();
    let vpc = region.subnet(&subnet).map(|subnet| subnet.vpc.clone()).unwrap_or_default();
    let image = region.images.iter().find(|image| image.id == spec.image);
    let phase = if spec.state == "stopped" { Phase::Stopped } else { Phase::Running };
    let mut dice = Dice::new(0, &spec.id);
    let instance = Instance {
        id: spec.id.clone(),
        reservation: format!("r-0{}", dice.hex(16)),
        launch_index: 0,
        image: spec.image.clone(),
        instance_type: spec.instance_type.clone(),
        architecture: image.map_or_else(|| "x86_64".to_owned(), |image| image.architecture.clone()),
        launched,
        state: State::steady(phase, launched),
        state_reason: (phase == Phase::Stopped).then(|| {
            let code = "Client.UserInitiatedShutdown".to_owned();
            (code.clone(), format!("{code}: User initiated shutdown"))
        }),
        key_name: spec.key_name.clone(),
        subnet: subnet.clone(),
        vpc: vpc.clone(),
        zone: spec.az.clone(),
        termination_protected: spec.termination_protected,
        stop_protected: false,
        shutdown_behavior: if spec.shutdown_behavior.is_empty() { "stop" } else { &spec.shutdown_behavior }.to_owned(),
        metadata: Metadata {
            tokens: if spec.imdsv2 { "required" } else { "optional" }.to_owned(),
            hops: if spec.imdsv2 { 2 } else { 1 },
            ..Metadata::default()
        },
        user_data: spec.user_data.as_ref().map(|text| STANDARD.encode(text)),
        source_dest_check: true,
        ebs_optimized: false,
        root_device: spec.root_device.clone(),
        volumes: spec
            .volumes
            .iter()
            .map(|volume| Attached {
                volume: volume.id.clone(),
                device: volume.device.clone(),
                delete_on_termination: volume.delete_on_termination,
                since: region.at(volume.created).max(launched),
            })
            .collect(),
        classic_link: spec.classic_link.clone(),
        monitoring: spec.monitoring,
        client_token: String::new(),
        tags: spec.tags.clone(),
    };
    for volume in &spec.volumes {
        let volume = Volume {
            id: volume.id.clone(),
            size: volume.size,
            kind: volume.kind.clone(),
            zone: spec.az.clone(),
            encrypted: volume.encrypted,
            kms_key: volume.kms_key.clone(),
            snapshot: volume.snapshot.clone(),
            created: region.at(volume.created),
            tags: volume.tags.clone(),
        };
        region.volumes.push(volume);
    }
    for interface in &spec.interfaces {
        region.interfaces.push(Interface {
            id: interface.id.clone(),
            attachment: interface.attachment.clone(),
            index: interface.index,
            instance: spec.id.clone(),
            since: launched,
            delete_on_termination: interface.index == 0,
            subnet: interface.subnet.clone(),
            vpc: vpc.clone(),
            zone: spec.az.clone(),
            mac: interface.mac.clone(),
            private_ip: interface.private_ip.clone(),
            public_ip: interface.public_ip.clone(),
            groups: interface.groups.clone(),
            source_dest_check: true,
            description: interface.description.clone(),
            tags: Vec::new(),
        });
    }
    if let Some(profile) = &spec.profile {
        region.associations.push(Association {
            id: format!("iip-assoc-0{}", dice.hex(16)),
            instance: spec.id.clone(),
            profile: profile.clone(),
            since: launched,
            associated: launched,
            gone: None,
        });
    }
    if let Some(name) = &spec.key_name
        && !region.key_pairs.iter().any(|pair| pair.name == *name)
    {
        region.key_pairs.push(KeyPair::made(name, "ed25519", launched, &mut dice));
    }
    region.instances.push(instance);
}

fn image(region: &Region, spec: &ImageSpec) -> Image {
    Image {
        id: spec.id.clone(),
        name: spec.name.clone(),
        owner: spec.owner.clone(),
        owner_alias: spec.owner_alias.clone(),
        created: region.at(spec.created),
        available: region.at(spec.created),
        deprecated: spec.deprecated.map(|at| region.at(at)),
        architecture: spec.architecture.clone(),
        root_device: spec.root_device.clone(),
        devices: vec![ImageDevice {
            device: spec.root_device.clone(),
            snapshot: spec.snapshot.clone(),
            size: 8,
            kind: "gp3".to_owned(),
            encrypted: false,
            delete_on_termination: true,
        }],
        shared_with: spec.public.then(|| "all".to_owned()).into_iter().collect(),
        description: spec.description.clone(),
        tags: spec.tags.clone(),
    }
}

fn snapshot(region: &Region, spec: &SnapshotSpec) -> Snapshot {
    let kms_key = region.volume(&spec.volume).and_then(|volume| volume.kms_key.clone()).filter(|_| spec.encrypted);
    Snapshot {
        id: spec.id.clone(),
        volume: spec.volume.clone(),
        size: spec.size,
        encrypted: spec.encrypted,
        kms_key,
        started: region.at(spec.created),
        completed: region.at(spec.created + 60),
        description: spec.description.clone(),
        shared_with: spec.shared_with.clone(),
        tags: spec.tags.clone(),
    }
}

impl KeyPair {
    /// A new key pair.
    pub fn made(name: &str, kind: &str, now: Timestamp, dice: &mut Dice) -> KeyPair {
        let octets: Vec<String> = (0..20).map(|_| dice.hex(2)).collect();
        KeyPair {
            id: format!("key-0{}", dice.hex(16)),
            name: name.to_owned(),
            kind: kind.to_owned(),
            fingerprint: octets.join(":"),
            created: now,
            tags: Vec::new(),
        }
    }
}
