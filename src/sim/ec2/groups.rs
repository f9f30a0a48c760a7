//! Security groups: making, deleting, and putting them on interfaces.

use super::ids::Kind;
use super::show::tags;
use super::state::Region;
use super::{Answer, Context};
use crate::sim::scenario::spec::{GroupSpec, PeerSpec, RuleSpec};
use crate::sim::service::Refusal;
use serde_json::json;

/// Puts groups on an interface in place of those it has. They must be of its VPC.
pub(super) fn put_on(region: &mut Region, interface: &str, ids: &[&str]) -> Result<(), Refusal> {
    let vpc = region.interfaces.iter().find(|one| one.id == interface).map(|one| one.vpc.clone());
    for id in ids {
        let group = Kind::GROUP.find(id, region.group(id))?;
        if Some(&group.vpc) != vpc.as_ref() {
            let message = format!("The security group '{id}' does not exist in VPC '{}'", vpc.unwrap_or_default());
            return Err(Refusal::new("InvalidGroup.NotFound", message));
        }
    }
    if ids.len() > 16 {
        let message = "The maximum number of security groups per interface has been reached.";
        return Err(Refusal::new("SecurityGroupsPerInterfaceLimitExceeded", message));
    }
    if let Some(interface) = region.interfaces.iter_mut().find(|one| one.id == interface) {
        interface.groups.clear();
        for id in ids {
            if !interface.groups.iter().any(|known| known == id) {
                interface.groups.push((*id).to_owned());
            }
        }
    }
    Ok(())
}

pub(super) fn create(context: &Context<'_>, region: &mut Region) -> Answer {
    let params = context.params;
    let name = params.required("GroupName")?;
    let description = params.required("GroupDescription")?;
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(letter);
    for (parameter, text) in [("groupName", name), ("groupDescription", description)] {
        if text.len() > 255 || !text.chars().all(allowed) {
            let message = format!(
                "Value ({text}) for parameter {parameter} is invalid. Character sets beyond ASCII are not supported."
            );
            return Err(Refusal::new("InvalidParameterValue", message));
        }
    }
    if name.starts_with("sg-") {
        let message = "Group names may not be in the format sg-*.";
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    if name == "default" {
        return Err(Refusal::new("InvalidGroup.Reserved", "Cannot use reserved security group name: default"));
    }
    let vpc = match params.text("VpcId") {
        Some(id) => Kind::VPC.find(id, region.vpcs.iter().find(|vpc| vpc.id == id))?,
        None => default_vpc(region)?,
    };
    let vpc = vpc.id.clone();
    if region.groups.iter().any(|group| group.name == name && group.vpc == vpc) {
        let message = format!("The security group '{name}' already exists for VPC '{vpc}'");
        return Err(Refusal::new("InvalidGroup.Duplicate", message));
    }
    let id = region.id("sg");
    let everywhere = RuleSpec {
        id: region.id("sgr"),
        protocol: "-1".to_owned(),
        from: -1,
        to: -1,
        peer: PeerSpec::Cidr4("0.0.0.0/0".to_owned()),
        description: String::new(),
    };
    let group = GroupSpec {
        id: id.clone(),
        name: name.to_owned(),
        description: description.to_owned(),
        vpc,
        region: region.name.clone(),
        ingress: Vec::new(),
        egress: vec![everywhere],
        tags: super::tags::on_create(context, "security-group")?,
    };
    let shown = tags(&group.tags);
    region.groups.push(group);
    Ok(json!({"groupId": id, "tagSet": shown, "securityGroupArn": region.arn(&id)}))
}

/// The Region's default VPC.
pub(super) fn default_vpc(region: &Region) -> Result<&crate::sim::scenario::spec::VpcSpec, Refusal> {
    let none = || Refusal::new("VPCIdNotSpecified", "No default VPC for this user");
    region.vpcs.iter().find(|vpc| vpc.default).ok_or_else(none)
}

pub(super) fn delete(context: &Context<'_>, region: &mut Region) -> Answer {
    let id = named(context, region)?;
    let group = Kind::GROUP.find(&id, region.group(&id))?;
    if group.name == "default" {
        let message = format!("the specified group: \"{id}\" name: \"default\" cannot be deleted by a user");
        return Err(Refusal::new("CannotDelete", message));
    }
    let used = region.interfaces.iter().any(|one| one.groups.contains(&id));
    let named =
        region.groups.iter().filter(|group| group.id != id).any(|group| {
            group.ingress.iter().chain(&group.egress).any(|rule| rule.peer == PeerSpec::Group(id.clone()))
        });
    if used || named {
        return Err(Refusal::new("DependencyViolation", format!("resource {id} has a dependent object")));
    }
    region.groups.retain(|group| group.id != id);
    Ok(json!({"return": true, "groupId": id}))
}

/// The group of a request: by its id, or by its name in the default VPC.
pub(super) fn named(context: &Context<'_>, region: &Region) -> Result<String, Refusal> {
    if let Some(id) = context.params.text("GroupId") {
        Kind::GROUP.find(id, region.group(id))?;
        return Ok(id.to_owned());
    }
    let name = context
        .params
        .required("GroupName")
        .map_err(|_| Refusal::new("MissingParameter", "The request must contain the parameter groupName or groupId"))?;
    let vpc = default_vpc(region)?;
    let group = region.groups.iter().find(|group| group.name == name && group.vpc == vpc.id);
    let message = format!("The security group '{name}' does not exist in default VPC '{}'", vpc.id);
    group.map(|group| group.id.clone()).ok_or_else(|| Refusal::new("InvalidGroup.NotFound", message))
}
