//! The attributes of an instance: reading and changing them, one at a time.

use super::ids::Kind;
use super::instances::living;
use super::phase::Phase;
use super::state::{Instance, Region};
use super::{Answer, Context, done, groups, types};
use crate::sim::service::Refusal;
use crate::sim::wire::query::{Params, missing};
use serde_json::{Value, json};

pub(super) fn describe_attribute(context: &Context<'_>, region: &Region) -> Answer {
    let params = context.params;
    let id = params.required("InstanceId")?;
    let attribute = params.required("Attribute")?;
    let instance = Kind::INSTANCE.find(id, region.instance(id))?;
    let value = |value: Value| if value.is_null() { json!({}) } else { json!({"value": value}) };
    let shown = region.show_instance(instance);
    let (name, value) = match attribute {
        "userData" => ("userData", value(json!(instance.user_data))),
        "disableApiTermination" => ("disableApiTermination", value(json!(instance.termination_protected))),
        "disableApiStop" => ("disableApiStop", value(json!(instance.stop_protected))),
        "instanceInitiatedShutdownBehavior" => (attribute, value(json!(instance.shutdown_behavior))),
        "instanceType" => (attribute, value(json!(instance.instance_type))),
        "sourceDestCheck" => (attribute, value(json!(instance.source_dest_check))),
        "ebsOptimized" => (attribute, value(json!(instance.ebs_optimized))),
        "rootDeviceName" => (attribute, value(json!(instance.root_device))),
        "enaSupport" => (attribute, value(json!(true))),
        "sriovNetSupport" => (attribute, value(json!("simple"))),
        "kernel" | "ramdisk" => (attribute, json!({})),
        "productCodes" => (attribute, json!([])),
        "enclaveOptions" => (attribute, json!({"enabled": false})),
        "groupSet" => (attribute, shown["groupSet"].clone()),
        "blockDeviceMapping" => (attribute, shown["blockDeviceMapping"].clone()),
        other => {
            let message = format!("Value ({other}) for parameter attribute is invalid. Unknown attribute.");
            return Err(Refusal::new("InvalidParameterValue", message));
        }
    };
    Ok(json!({"instanceId": id, name: value}))
}

/// One change that ModifyInstanceAttribute can make.
enum Change<'a> {
    TerminationProtection(bool),
    StopProtection(bool),
    ShutdownBehavior(&'a str),
    UserData(&'a str),
    Type(&'a str),
    SourceDestCheck(bool),
    EbsOptimized(bool),
    Groups(Vec<&'a str>),
    Devices(Vec<Params<'a>>),
}

pub(super) fn attribute(context: &Context<'_>, region: &mut Region) -> Answer {
    let params = context.params;
    let id = params.required("InstanceId")?;
    Kind::INSTANCE.find(id, region.instance(id))?;
    let mut changes = changes(params)?;
    let change = match changes.len() {
        0 => {
            return Err(Refusal::new("InvalidParameterCombination", "No attributes specified."));
        }
        1 => changes.remove(0),
        _ => {
            let message = "Fields for multiple attribute types specified";
            return Err(Refusal::new("InvalidParameterCombination", message));
        }
    };
    match change {
        Change::Groups(ids) => regroup(region, id, &ids)?,
        Change::SourceDestCheck(value) => {
            living(region, id)?.source_dest_check = value;
            for interface in region.interfaces.iter_mut().filter(|one| one.instance == id) {
                interface.source_dest_check = value;
            }
        }
        other => apply(living(region, id)?, other)?,
    }
    Ok(done())
}

/// A parameter that holds one value, and the change that it stands for.
type Way<'a, T> = (&'static str, fn(T) -> Change<'a>);

/// The changes that a request asks for, in either of the two ways of asking.
fn changes<'a>(params: Params<'a>) -> Result<Vec<Change<'a>>, Refusal> {
    let mut changes = Vec::new();
    let flags: [Way<'a, bool>; 4] = [
        ("DisableApiTermination", Change::TerminationProtection),
        ("DisableApiStop", Change::StopProtection),
        ("SourceDestCheck", Change::SourceDestCheck),
        ("EbsOptimized", Change::EbsOptimized),
    ];
    let attribute = params.text("Attribute").unwrap_or_default();
    for (name, make) in flags {
        if let Some(value) = params.flag(&format!("{name}.Value"))? {
            changes.push(make(value));
        } else if attribute.eq_ignore_ascii_case(name) {
            changes.push(make(params.flag("Value")?.ok_or_else(|| missing("Value"))?));
        }
    }
    let texts: [Way<'a, &'a str>; 3] = [
        ("InstanceInitiatedShutdownBehavior", Change::ShutdownBehavior),
        ("UserData", Change::UserData),
        ("InstanceType", Change::Type),
    ];
    for (name, make) in texts {
        if let Some(value) = params.text(&format!("{name}.Value")) {
            changes.push(make(value));
        } else if attribute.eq_ignore_ascii_case(name) {
            changes.push(make(params.text("Value").ok_or_else(|| missing("Value"))?));
        }
    }
    let groups = params.texts("GroupId");
    if !groups.is_empty() {
        changes.push(Change::Groups(groups));
    }
    let devices = params.structures("BlockDeviceMapping");
    if !devices.is_empty() {
        changes.push(Change::Devices(devices));
    }
    Ok(changes)
}

fn apply(instance: &mut Instance, change: Change<'_>) -> Result<(), Refusal> {
    let stopped = |instance: &Instance| {
        if instance.state.phase == Phase::Stopped {
            return Ok(());
        }
        let message = format!("The instance '{}' is not in the 'stopped' state.", instance.id);
        Err(Refusal::new("IncorrectInstanceState", message))
    };
    match change {
        Change::TerminationProtection(value) => instance.termination_protected = value,
        Change::StopProtection(value) => instance.stop_protected = value,
        Change::ShutdownBehavior(value) => {
            if !matches!(value, "stop" | "terminate") {
                let message = format!("Invalid value '{value}' for instanceInitiatedShutdownBehavior.");
                return Err(Refusal::new("InvalidParameterValue", message));
            }
            value.clone_into(&mut instance.shutdown_behavior);
        }
        Change::UserData(value) => {
            stopped(instance)?;
            instance.user_data = Some(value.to_owned()).filter(|text| !text.is_empty());
        }
        Change::Type(value) => {
            let message = format!("Invalid value '{value}' for InstanceType.");
            let wanted = types::of(value).ok_or_else(|| Refusal::new("InvalidParameterValue", message))?;
            stopped(instance)?;
            if wanted.architecture != instance.architecture {
                let message = format!(
                    "The architecture '{}' of the specified instance type does not match the architecture '{}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.",
                    wanted.architecture, instance.architecture
                );
                return Err(Refusal::new("InvalidParameterValue", message));
            }
            value.clone_into(&mut instance.instance_type);
        }
        Change::EbsOptimized(value) => {
            stopped(instance)?;
            instance.ebs_optimized = value;
        }
        Change::Devices(devices) => {
            for device in devices {
                let name = device.required("DeviceName")?;
                let delete = device.flag("Ebs.DeleteOnTermination")?;
                let known = instance.volumes.iter_mut().find(|one| one.device == name);
                let message = format!("No device is currently mapped at {name}");
                let known = known.ok_or_else(|| Refusal::new("InvalidInstanceAttributeValue", message))?;
                known.delete_on_termination = delete.unwrap_or(known.delete_on_termination);
            }
        }
        Change::Groups(_) | Change::SourceDestCheck(_) => {}
    }
    Ok(())
}

/// New groups for the only interface of an instance.
fn regroup(region: &mut Region, id: &str, ids: &[&str]) -> Result<(), Refusal> {
    living(region, id)?;
    let mut interfaces = region.interfaces.iter().filter(|one| one.instance == id);
    let (first, second) = (interfaces.next(), interfaces.next());
    if second.is_some() {
        let message = format!(
            "There are multiple interfaces attached to instance '{id}'. Please specify an interface ID for the operation instead."
        );
        return Err(Refusal::new("InvalidInstanceID", message));
    }
    let Some(interface) = first.map(|one| one.id.clone()) else { return Err(Kind::INSTANCE.absent(id)) };
    groups::put_on(region, &interface, ids)
}

pub(super) fn metadata_options(context: &Context<'_>, region: &mut Region) -> Answer {
    let params = context.params;
    let id = params.required("InstanceId")?;
    let hops = params.number("HttpPutResponseHopLimit")?;
    let instance = living(region, id)?;
    let one_of = |name: &str, words: &[&str]| match params.text(name) {
        Some(word) if !words.contains(&word) => {
            Err(Refusal::new("InvalidParameterValue", format!("Value ({word}) for parameter {name} is invalid.")))
        }
        word => Ok(word.map(str::to_owned)),
    };
    let tokens = one_of("HttpTokens", &["optional", "required"])?;
    let endpoint = one_of("HttpEndpoint", &["enabled", "disabled"])?;
    let tags = one_of("InstanceMetadataTags", &["enabled", "disabled"])?;
    if hops.is_some_and(|hops| !(1..=64).contains(&hops)) {
        let message = "The value for parameter HttpPutResponseHopLimit must be between 1 and 64";
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    let metadata = &mut instance.metadata;
    metadata.tokens = tokens.unwrap_or_else(|| metadata.tokens.clone());
    metadata.endpoint = endpoint.unwrap_or_else(|| metadata.endpoint.clone());
    metadata.tags = tags.unwrap_or_else(|| metadata.tags.clone());
    metadata.hops = hops.unwrap_or(metadata.hops);
    let mut shown = Region::show_metadata(instance);
    shown["state"] = json!("pending");
    Ok(json!({"instanceId": id, "instanceMetadataOptions": shown}))
}
