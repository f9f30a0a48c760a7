//! The permissions that an action needs: on which resources, under which keys.

use super::sharing::Changes;
use super::state::{Region, kind_of};
use crate::sim::service::{Need, Request};
use crate::sim::wire::query::Params;
use serde_json::Value;
use std::collections::BTreeSet;

/// The permissions of a request. Every resource that it names by its id must be
/// allowed, and what it makes as well; of the reads, only some know of resources
/// (Service Authorization Reference, Amazon EC2).
pub(super) fn needs(region: &Region, request: &Request, params: Params<'_>, read_only: bool) -> Vec<Need> {
    if read_only && !of_one(&request.action) {
        return vec![Need::of(request)];
    }
    let action = request.permission();
    let mut named = BTreeSet::new();
    ids("", params.0, &mut named);
    // An association or a rule stands for what it belongs to.
    let belongs: Vec<String> = named
        .iter()
        .filter_map(|id| region.associations.iter().find(|one| one.id == *id).map(|one| one.instance.clone()))
        .collect();
    named.extend(belongs);
    if request.action == "CreateSnapshots" {
        let instance = params.text("InstanceSpecification.InstanceId").and_then(|id| region.instance(id));
        named.extend(instance.into_iter().flat_map(|one| &one.volumes).map(|one| one.volume.clone()));
    }
    let mut asked = tag_context(params);
    asked.extend(attribute_context(params, &request.action));
    let mut needs: Vec<Need> = named
        .iter()
        // A rule stands for its group, which is named beside it.
        .filter(|id| kind_of(id).is_some_and(|kind| kind != "security-group-rule"))
        .map(|id| {
            let mut context = resource_context(region, id);
            context.extend(asked.iter().cloned());
            Need { action: action.clone(), resource: region.arn(id), context }
        })
        .collect();
    for kind in made(&request.action) {
        let mut context = vec![("ec2:Region".to_owned(), vec![region.name.clone()])];
        if let Some(name) = params.text("InstanceType") {
            context.push(("ec2:InstanceType".to_owned(), vec![name.to_owned()]));
        }
        context.extend(asked.iter().cloned());
        needs.push(Need { action: action.clone(), resource: to_be(region, kind), context });
    }
    if needs.is_empty() {
        let context = vec![("ec2:Region".to_owned(), vec![region.name.clone()])];
        needs.push(Need { context, ..Need::of(request) });
    }
    needs.extend(on_create(region, request, params));
    needs.extend(pass_role(region, params));
    needs
}

/// Whether a read is of one resource, which policies can name.
fn of_one(action: &str) -> bool {
    matches!(
        action,
        "DescribeInstanceAttribute" | "DescribeImageAttribute" | "DescribeSnapshotAttribute" | "GetConsoleOutput"
    )
}

/// The ARN of something that has no id yet.
fn to_be(region: &Region, kind: &str) -> String {
    let account = if matches!(kind, "snapshot" | "image") { "" } else { &region.account };
    format!("arn:aws:ec2:{}:{account}:{kind}/*", region.name)
}

/// What an action makes, whose ids are not known yet.
fn made(action: &str) -> &'static [&'static str] {
    match action {
        "RunInstances" => &["instance", "volume", "network-interface"],
        "CreateSecurityGroup" => &["security-group"],
        "CreateSnapshot" | "CreateSnapshots" => &["snapshot"],
        "CreateImage" => &["image", "snapshot"],
        "CreateKeyPair" => &["key-pair"],
        _ => &[],
    }
}

/// What a change of an attribute changes.
fn attribute_context(params: Params<'_>, action: &str) -> Vec<(String, Vec<String>)> {
    let permission = match action {
        "ModifySnapshotAttribute" => "CreateVolumePermission",
        "ModifyImageAttribute" => "LaunchPermission",
        _ => "",
    };
    let mut context = Vec::new();
    if !permission.is_empty() {
        let changes = Changes::of(params, permission).ok().flatten().unwrap_or_default();
        context.extend(changes.context());
    }
    if matches!(action, "ModifyInstanceAttribute" | "ModifyNetworkInterfaceAttribute" | "ModifyImageAttribute") {
        let named = params.text("Attribute").map(str::to_owned);
        let valued = params.0.as_object().into_iter().flatten();
        let valued = valued.filter(|(_, value)| value.get("Value").is_some()).map(|(name, _)| name.clone());
        let names: Vec<String> = named.into_iter().chain(valued).collect();
        for name in &names {
            let value = params.text(&format!("{name}.Value")).or_else(|| params.text("Value"));
            let values = value.map(str::to_owned).into_iter().collect();
            context.push((format!("ec2:Attribute/{name}"), values));
        }
        if !names.is_empty() {
            context.push(("ec2:Attribute".to_owned(), names));
        }
    }
    context
}

/// The ids in the parameters: those of names that end in `Id`, and of lists of them.
fn ids(name: &str, value: &Value, out: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| ids(key, value, out)),
        Value::Array(items) => items.iter().for_each(|item| ids(name, item, out)),
        Value::String(text) if name.ends_with("Id") && name != "ExcludeDataVolumeId" => {
            out.insert(text.clone());
        }
        _ => {}
    }
}

fn resource_context(region: &Region, id: &str) -> Vec<(String, Vec<String>)> {
    let mut context = vec![("ec2:Region".to_owned(), vec![region.name.clone()])];
    for (key, value) in region.tags(id).into_iter().flatten() {
        context.push((format!("ec2:ResourceTag/{key}"), vec![value.clone()]));
        context.push((format!("aws:ResourceTag/{key}"), vec![value.clone()]));
    }
    if let Some(instance) = region.instance(id) {
        context.push(("ec2:InstanceType".to_owned(), vec![instance.instance_type.clone()]));
    }
    if let Some(group) = region.group(id) {
        context.push(("ec2:Vpc".to_owned(), vec![region.arn(&group.vpc)]));
    }
    context
}

/// The tags that the request would set.
fn tag_context(params: Params<'_>) -> Vec<(String, Vec<String>)> {
    let mut tags = params.structures("Tag");
    for specification in params.structures("TagSpecification") {
        tags.extend(specification.structures("Tag"));
    }
    let mut context = Vec::new();
    let mut keys = Vec::new();
    for tag in tags {
        let key = tag.text("Key").unwrap_or_default();
        keys.push(key.to_owned());
        context.push((format!("aws:RequestTag/{key}"), vec![tag.text("Value").unwrap_or_default().to_owned()]));
    }
    if !keys.is_empty() {
        context.push(("aws:TagKeys".to_owned(), keys));
    }
    context
}

/// Tags on what is made need `ec2:CreateTags` on it.
fn on_create(region: &Region, request: &Request, params: Params<'_>) -> Vec<Need> {
    let tagging = tag_context(params);
    params
        .structures("TagSpecification")
        .into_iter()
        .filter_map(|specification| specification.text("ResourceType"))
        .map(|kind| {
            let mut context = vec![("ec2:CreateAction".to_owned(), vec![request.action.clone()])];
            context.extend(tagging.iter().cloned());
            Need { action: "ec2:CreateTags".to_owned(), resource: to_be(region, kind), context }
        })
        .collect()
}

/// Who puts a profile on an instance must be allowed to pass its role on.
fn pass_role(region: &Region, params: Params<'_>) -> Option<Need> {
    let profile = super::profiles::named(region, params).ok()??;
    Some(Need {
        action: "iam:PassRole".to_owned(),
        resource: format!("arn:aws:iam::{}:role/{}", region.account, profile.role),
        context: vec![("iam:PassedToService".to_owned(), vec!["ec2.amazonaws.com".to_owned()])],
    })
}
