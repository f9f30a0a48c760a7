//! RunInstances.

use super::ids::Kind;
use super::phase::State;
use super::state::{Attached, Image, ImageDevice, Instance, Interface, Metadata, Region, Volume};
use super::{Answer, Context, groups, types};
use crate::sim::scenario::spec::{SubnetSpec, Tags};
use crate::sim::service::Refusal;
use crate::sim::wire::query::{Params, missing};
use jiff::Timestamp;
use serde_json::{Value, json};

/// The most instances of one launch.
const MOST: i64 = 100;

/// What every instance of a launch has in common.
struct Launch<'a> {
    params: Params<'a>,
    now: Timestamp,
    reservation: String,
    image: Image,
    instance_type: String,
    subnet: SubnetSpec,
    groups: Vec<String>,
    public: bool,
    profile: Option<String>,
    metadata: Metadata,
    client_token: String,
    tags: Tags,
    volume_tags: Tags,
    interface_tags: Tags,
}

pub(super) fn run(context: &Context<'_>, region: &mut Region) -> Answer {
    let params = context.params;
    let least = params.number("MinCount")?.ok_or_else(|| missing("MinCount"))?;
    let most = params.number("MaxCount")?.ok_or_else(|| missing("MaxCount"))?;
    if least < 1 || most < least {
        let message = format!("Invalid value '{least}' for minCount. Must be between 1 and maxCount ({most}).");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    if least > MOST {
        let message = format!(
            "You have requested more instances ({least}) than your current instance limit of {MOST} allows for the specified instance type."
        );
        return Err(Refusal::new("InstanceLimitExceeded", message));
    }
    let token = params.text("ClientToken").unwrap_or_default();
    if let Some(known) = region.instances.iter().find(|one| !token.is_empty() && one.client_token == token) {
        let reservation = known.reservation.clone();
        return Ok(region.show_launch(&reservation));
    }
    let launch = plan(context, region)?;
    for index in 0..usize::try_from(most.min(MOST)).unwrap_or(1) {
        launch.one(region, index)?;
    }
    Ok(region.show_launch(&launch.reservation))
}

fn plan<'a>(context: &Context<'a>, region: &mut Region) -> Result<Launch<'a>, Refusal> {
    let params = context.params;
    let image = params.required("ImageId")?;
    let image = Kind::IMAGE.find(image, region.images.iter().find(|one| one.id == image))?.clone();
    if image.available > context.now {
        let message = format!("The image ID '{}' is not available", image.id);
        return Err(Refusal::new("InvalidAMIID.Unavailable", message));
    }
    let instance_type = params.text("InstanceType").unwrap_or("m1.small");
    let message = format!("Invalid value '{instance_type}' for InstanceType.");
    let kind = types::of(instance_type).ok_or_else(|| Refusal::new("InvalidParameterValue", message))?;
    if kind.architecture != image.architecture {
        let message = format!(
            "The architecture '{}' of the specified instance type does not match the architecture '{}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.",
            kind.architecture, image.architecture
        );
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    if let Some(name) = params.text("KeyName")
        && !region.key_pairs.iter().any(|pair| pair.name == name)
    {
        return Err(Refusal::new("InvalidKeyPair.NotFound", format!("The key pair '{name}' does not exist")));
    }
    let interface = params.structures("NetworkInterface").into_iter().next();
    let subnet = subnet(params, interface, region)?.clone();
    let groups = group_ids(params, interface, region, &subnet)?;
    let asked = interface.map(|one| one.flag("AssociatePublicIpAddress")).transpose()?.flatten();
    let profile = super::profiles::named(region, params)?.map(|one| one.name.clone());
    let word = |name: &str, default: &str| params.text(name).unwrap_or(default).to_owned();
    let metadata = Metadata {
        tokens: word("MetadataOptions.HttpTokens", "optional"),
        hops: params.number("MetadataOptions.HttpPutResponseHopLimit")?.unwrap_or(1),
        endpoint: word("MetadataOptions.HttpEndpoint", "enabled"),
        tags: word("MetadataOptions.InstanceMetadataTags", "disabled"),
    };
    Ok(Launch {
        params,
        now: context.now,
        reservation: region.id("r"),
        image,
        instance_type: instance_type.to_owned(),
        public: asked.unwrap_or(subnet.public),
        subnet,
        groups,
        profile,
        metadata,
        client_token: params.text("ClientToken").unwrap_or_default().to_owned(),
        tags: super::tags::on_create(context, "instance")?,
        volume_tags: super::tags::on_create(context, "volume")?,
        interface_tags: super::tags::on_create(context, "network-interface")?,
    })
}

/// The subnet: named by the request or its first interface, else one of the default VPC.
fn subnet<'r>(
    params: Params<'_>,
    interface: Option<Params<'_>>,
    region: &'r Region,
) -> Result<&'r SubnetSpec, Refusal> {
    let named = params.text("SubnetId").or_else(|| interface.and_then(|one| one.text("SubnetId")));
    if let Some(id) = named {
        return Kind::SUBNET.find(id, region.subnet(id));
    }
    let vpc = &groups::default_vpc(region)?.id;
    let zone = params.text("Placement.AvailabilityZone");
    let found = region.subnets.iter().find(|one| one.vpc == *vpc && zone.is_none_or(|zone| one.az == zone));
    let message = match zone {
        Some(zone) => format!("No default subnet for availability zone: '{zone}'."),
        None => "No subnets found for the default VPC. Please specify a subnet.".to_owned(),
    };
    found.ok_or_else(|| Refusal::new("MissingInput", message))
}

/// The groups: named by id or name, else the default group of the VPC.
fn group_ids(
    params: Params<'_>,
    interface: Option<Params<'_>>,
    region: &Region,
    subnet: &SubnetSpec,
) -> Result<Vec<String>, Refusal> {
    let mut ids: Vec<String> = params.texts("SecurityGroupId").into_iter().map(str::to_owned).collect();
    if let Some(interface) = interface {
        ids.extend(interface.texts("SecurityGroupId").into_iter().map(str::to_owned));
    }
    for name in params.texts("SecurityGroup") {
        let group = region.groups.iter().find(|group| group.name == name && group.vpc == subnet.vpc);
        ids.push(group.ok_or_else(|| Kind::GROUP.absent(name))?.id.clone());
    }
    for id in &ids {
        let group = Kind::GROUP.find(id, region.group(id))?;
        if group.vpc != subnet.vpc {
            let message = format!("Security group {id} and subnet {} belong to different networks.", subnet.id);
            return Err(Refusal::new("InvalidParameter", message));
        }
    }
    if ids.is_empty() {
        let default = region.groups.iter().find(|group| group.name == "default" && group.vpc == subnet.vpc);
        ids.extend(default.map(|group| group.id.clone()));
    }
    Ok(ids)
}

impl Launch<'_> {
    /// One instance of the launch, with its interface and volumes.
    fn one(&self, region: &mut Region, index: usize) -> Result<(), Refusal> {
        let id = region.id("i");
        let volumes = self.volumes(region)?;
        let private_ip = match self.params.text("PrivateIpAddress") {
            Some(address) => address.to_owned(),
            None => region.free_private(&self.subnet)?,
        };
        let interface = Interface {
            id: region.id("eni"),
            attachment: region.id("eni-attach"),
            index: 0,
            instance: id.clone(),
            since: self.now,
            delete_on_termination: true,
            subnet: self.subnet.id.clone(),
            vpc: self.subnet.vpc.clone(),
            zone: self.subnet.az.clone(),
            mac: region.mac(),
            private_ip,
            public_ip: None,
            groups: self.groups.clone(),
            source_dest_check: true,
            description: String::new(),
            tags: self.interface_tags.clone(),
        };
        region.interfaces.push(interface);
        let params = self.params;
        region.instances.push(Instance {
            id: id.clone(),
            reservation: self.reservation.clone(),
            launch_index: index,
            image: self.image.id.clone(),
            instance_type: self.instance_type.clone(),
            architecture: self.image.architecture.clone(),
            launched: self.now,
            state: State::starting(self.now),
            state_reason: Some(("pending".to_owned(), "pending".to_owned())),
            key_name: params.text("KeyName").map(str::to_owned),
            subnet: self.subnet.id.clone(),
            vpc: self.subnet.vpc.clone(),
            zone: self.subnet.az.clone(),
            termination_protected: params.flag("DisableApiTermination")?.unwrap_or_default(),
            stop_protected: params.flag("DisableApiStop")?.unwrap_or_default(),
            shutdown_behavior: params.text("InstanceInitiatedShutdownBehavior").unwrap_or("stop").to_owned(),
            metadata: self.metadata.clone(),
            user_data: params.text("UserData").map(str::to_owned),
            source_dest_check: true,
            ebs_optimized: params.flag("EbsOptimized")?.unwrap_or_default(),
            root_device: self.image.root_device.clone(),
            volumes,
            classic_link: None,
            monitoring: params.flag("Monitoring.Enabled")?.unwrap_or_default(),
            client_token: self.client_token.clone(),
            tags: self.tags.clone(),
        });
        if self.public {
            region.lend_address(&id);
        }
        if let Some(profile) = &self.profile {
            let mut association = region.new_association(&id, profile, self.now);
            association.associated = self.now;
            region.associations.push(association);
        }
        Ok(())
    }

    /// The volumes of the image, and those that the request maps beside them.
    fn volumes(&self, region: &mut Region) -> Result<Vec<Attached>, Refusal> {
        let mapped = self.params.structures("BlockDeviceMapping");
        let asked = |device: &str| mapped.iter().find(|one| one.text("DeviceName") == Some(device)).copied();
        let mut devices: Vec<(ImageDevice, Option<Params<'_>>)> =
            self.image.devices.iter().map(|one| (one.clone(), asked(&one.device))).collect();
        for one in &mapped {
            let name = one.required("DeviceName")?;
            if !self.image.devices.iter().any(|known| known.device == name) {
                let (size, kind) = (8, "gp3".to_owned());
                let device = name.to_owned();
                let fresh = ImageDevice { device, size, kind, delete_on_termination: true, ..ImageDevice::default() };
                devices.push((fresh, Some(*one)));
            }
        }
        devices.retain(|(_, mapping)| mapping.is_none_or(|one| one.text("NoDevice").is_none()));
        let mut attached = Vec::new();
        for (device, mapping) in devices {
            let text = |name: &str| mapping.and_then(|one| one.text(name)).map(str::to_owned);
            let size = mapping.map(|one| one.number("Ebs.VolumeSize")).transpose()?.flatten();
            let flag = |name: &str| mapping.map(|one| one.flag(name)).transpose().map(Option::flatten);
            let encrypted = flag("Ebs.Encrypted")?.unwrap_or(device.encrypted) || device.encrypted || region.encrypts;
            let key = || format!("arn:aws:kms:{}:{}:alias/aws/ebs", region.name, region.account);
            let kms_key = text("Ebs.KmsKeyId").or_else(|| encrypted.then(key));
            let volume = Volume {
                id: region.id("vol"),
                size: size.and_then(|size| u32::try_from(size).ok()).unwrap_or(device.size),
                kind: text("Ebs.VolumeType").unwrap_or(device.kind),
                zone: self.subnet.az.clone(),
                encrypted,
                kms_key,
                snapshot: text("Ebs.SnapshotId").or(Some(device.snapshot).filter(|id| !id.is_empty())),
                created: self.now,
                tags: self.volume_tags.clone(),
            };
            attached.push(Attached {
                volume: volume.id.clone(),
                device: device.device,
                delete_on_termination: flag("Ebs.DeleteOnTermination")?.unwrap_or(device.delete_on_termination),
                since: self.now,
            });
            region.volumes.push(volume);
        }
        Ok(attached)
    }
}

impl Region {
    /// The answer to a launch.
    fn show_launch(&self, reservation: &str) -> Value {
        let mut shown: Vec<Value> = self
            .instances
            .iter()
            .filter(|one| one.reservation == reservation)
            .map(|one| self.show_instance(one))
            .collect();
        for fields in shown.iter_mut().filter_map(Value::as_object_mut) {
            fields.shift_remove("reservationId");
            // Addresses and volumes come a moment later.
            for name in ["ipAddress", "dnsName"] {
                fields.insert(name.to_owned(), Value::Null);
            }
            fields.insert("blockDeviceMapping".to_owned(), json!([]));
        }
        json!({"reservationId": reservation, "ownerId": self.account, "groupSet": [], "instancesSet": shown})
    }

    /// The next free address of a subnet; AWS keeps the first four and the last.
    fn free_private(&self, subnet: &SubnetSpec) -> Result<String, Refusal> {
        let full = || {
            let message = format!(
                "There are not enough free addresses in subnet '{}' to satisfy the requested number of instances.",
                subnet.id
            );
            Refusal::new("InsufficientFreeAddressesInSubnet", message)
        };
        let net: ipnet::Ipv4Net = subnet.cidr.parse().map_err(|_| full())?;
        let used = |address: &String| self.interfaces.iter().any(|one| one.private_ip == *address);
        net.hosts().skip(3).map(|address| address.to_string()).find(|address| !used(address)).ok_or_else(full)
    }

    /// A hardware address of those that are given out locally.
    fn mac(&mut self) -> String {
        let octets: Vec<String> = (0..5).map(|_| self.dice.hex(2)).collect();
        format!("06:{}", octets.join(":"))
    }
}
