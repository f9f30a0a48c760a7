//! Events whose one name stands for several deeds: which one is told by the fields.

use serde_json::Value;

use super::Phrase;
use super::fields::{Fields, listed, plain, shown};
use crate::domain::actor::ActorKind;
use crate::domain::event::Event;

/// The phrases that depend on what stands in the record.
pub(super) fn phrase(event: &Event, fields: &Fields<'_>) -> Option<Phrase> {
    Some(match (event.service(), event.name.as_str()) {
        ("ec2", "RunInstances") => launch(fields),
        ("ec2", "ModifyInstanceAttribute") => attribute(fields),
        ("ec2", "ModifyInstanceMetadataOptions") => metadata(fields),
        ("ec2", "ModifyNetworkInterfaceAttribute") => interface(fields),
        ("ec2", "ModifySnapshotAttribute") => {
            sharing(fields, "createVolumePermission", "CreateVolumePermission", "snapshotId")
        }
        ("ec2", "ModifyImageAttribute") => sharing(fields, "launchPermission", "LaunchPermission", "imageId"),
        ("ec2", "CreateTags") => {
            Phrase::new("tag", "tagged", format!("{} with {}", listed(&fields.all("resourceId")), tags(fields)))
        }
        ("ec2", "DeleteTags") => {
            Phrase::new("take", "took", format!("tags off {}: {}", listed(&fields.all("resourceId")), tags(fields)))
        }
        ("iam", "UpdateAccessKey") => {
            let active = fields.text("status").is_some_and(|status| status == "Active");
            let (base, past) = if active { ("activate", "activated") } else { ("deactivate", "deactivated") };
            Phrase::new(base, past, format!("the access key {}{}", fields.fill("{accessKeyId}"), of_user(fields)))
        }
        ("iam", "CreateAccessKey") => {
            let key = fields.text("accessKeyId").map(|key| format!(" {key}")).unwrap_or_default();
            Phrase::new("make", "made", format!("the access key{key}{}", of_user(fields)))
        }
        ("iam", "DeleteAccessKey") => Phrase::new(
            "delete",
            "deleted",
            format!("the access key {}{}", fields.fill("{accessKeyId}"), of_user(fields)),
        ),
        ("signin", "ConsoleLogin") => {
            let mfa = match fields.record()["additionalEventData"]["MFAUsed"].as_str() {
                Some("Yes") => " with a second factor",
                Some("No") if event.actor.kind != ActorKind::Role => " without a second factor",
                _ => "",
            };
            Phrase::new("sign in", "signed in", format!("to the AWS console{mfa}"))
        }
        ("sts", "AssumeRole" | "AssumeRoleWithSAML" | "AssumeRoleWithWebIdentity") => {
            let session = fields.text("roleSessionName").map(|name| format!(" as {name}")).unwrap_or_default();
            Phrase::new("take", "took", format!("the role {}{session}", role(fields)))
        }
        ("cloudtrail", "PutEventSelectors") => {
            let writes_only = fields.text("readWriteType").filter(|kind| kind != "All");
            let blind = fields.text("includeManagementEvents").is_some_and(|value| value == "false");
            let how = match (blind, writes_only) {
                (true, _) => ": no management events any more".to_string(),
                (_, Some(kind)) => format!(": {kind} only"),
                _ => String::new(),
            };
            Phrase::new("change", "changed", format!("what the trail {} records{how}", fields.fill("{trailName}")))
        }
        ("s3", "PutBucketPolicy") => {
            let open = opens_to_all(&fields.asked()["bucketPolicy"]);
            let how = if open { ", which opens it to everybody" } else { "" };
            Phrase::new("set", "set", format!("the policy of the bucket {}{how}", fields.fill("{bucketName}")))
        }
        ("iam", "UpdateAssumeRolePolicy") => {
            let text = fields.asked()["policyDocument"].as_str().unwrap_or("");
            let open = serde_json::from_str(text).is_ok_and(|policy: Value| opens_to_all(&policy));
            let how = if open { ": everybody" } else { "" };
            Phrase::new("change", "changed", format!("who may take the role {}{how}", fields.fill("{roleName}")))
        }
        _ => return None,
    })
}

fn launch(fields: &Fields<'_>) -> Phrase {
    let mut ids = Vec::new();
    let made = fields.answered()["instancesSet"]["items"].as_array();
    ids.extend(made.into_iter().flatten().filter_map(|item| plain(&item["instanceId"]).map(|id| shown(&id))));
    let asked = &fields.asked()["instancesSet"]["items"][0];
    let count = if ids.is_empty() { asked["maxCount"].as_u64().unwrap_or(1) } else { ids.len() as u64 };
    let kind = fields.text("instanceType").map(|kind| format!(" {kind}")).unwrap_or_default();
    let noun = if count == 1 { "instance" } else { "instances" };
    let names = if ids.is_empty() { String::new() } else { format!(": {}", listed(&ids)) };
    Phrase::new("launch", "launched", format!("{count}{kind} {noun}{names}"))
}

fn attribute(fields: &Fields<'_>) -> Phrase {
    let asked = fields.asked();
    let id = fields.fill("{instanceId}");
    let truth = |key: &str| plain(&asked[key]).map(|value| value == "true");
    let named = asked["attribute"].as_str();
    if asked.get("userData").is_some() || named == Some("userData") {
        return Phrase::new("change", "changed", format!("the user data of {id}: code that it runs at boot"));
    }
    for (key, what) in [("disableApiTermination", "termination"), ("disableApiStop", "stop")] {
        match truth(key) {
            Some(true) => return Phrase::new("turn on", "turned on", format!("{what} protection of {id}")),
            Some(false) => return Phrase::new("turn off", "turned off", format!("{what} protection of {id}")),
            None => {}
        }
    }
    if asked.get("groupSet").is_some() {
        let groups = listed(&fields.all("groupId"));
        return Phrase::new("put", "put", format!("{id} into {groups}, out of the groups it had"));
    }
    if let Some(kind) = plain(&asked["instanceType"]) {
        return Phrase::new("change", "changed", format!("the type of {id} to {}", shown(&kind)));
    }
    if let Some(check) = truth("sourceDestCheck") {
        let (base, past) = if check { ("turn on", "turned on") } else { ("turn off", "turned off") };
        return Phrase::new(base, past, format!("the source/destination check of {id}"));
    }
    if let Some(value) = plain(&asked["instanceInitiatedShutdownBehavior"]) {
        return Phrase::new("set", "set", format!("the shutdown behaviour of {id} to {}", shown(&value)));
    }
    let which = named.map(|name| format!("{} ", shown(name))).unwrap_or_default();
    Phrase::new("change", "changed", format!("the attribute {which}of {id}"))
}

fn metadata(fields: &Fields<'_>) -> Phrase {
    let id = fields.text("InstanceId").or_else(|| fields.text("instanceId")).unwrap_or_else(|| "an instance".into());
    let tokens = fields.text("HttpTokens").or_else(|| fields.text("httpTokens"));
    match tokens.as_deref() {
        Some("optional") => Phrase::new("let", "let", format!("{id} give its credentials without a token (IMDSv1)")),
        Some("required") => {
            Phrase::new("make", "made", format!("{id} ask for a token before it gives credentials (IMDSv2)"))
        }
        _ => Phrase::new("change", "changed", format!("the metadata options of {id}")),
    }
}

fn interface(fields: &Fields<'_>) -> Phrase {
    let asked = fields.asked();
    let id = fields.fill("{networkInterfaceId}");
    if asked.get("groupSet").is_some() {
        let groups = listed(&fields.all("groupId"));
        return Phrase::new("put", "put", format!("{id} into {groups}, out of the groups it had"));
    }
    match plain(&asked["sourceDestCheck"]).as_deref() {
        Some("false") => Phrase::new("turn off", "turned off", format!("the source/destination check of {id}")),
        Some("true") => Phrase::new("turn on", "turned on", format!("the source/destination check of {id}")),
        _ => Phrase::new("change", "changed", format!("an attribute of {id}")),
    }
}

/// Who may use a snapshot or an image.
fn sharing(fields: &Fields<'_>, permission: &str, capital: &str, id: &str) -> Phrase {
    let asked = fields.asked();
    let what = fields.fill(&format!("{{{id}}}"));
    let change = if asked.get(permission).is_some() { &asked[permission] } else { &asked[capital] };
    let names = |part: &str| {
        let items = change[part]["items"].as_array().or_else(|| change[part].as_array());
        let named = items.into_iter().flatten().filter_map(|item| {
            if plain(&item["group"]).as_deref() == Some("all") {
                return Some("everybody".to_string());
            }
            let account = plain(&item["userId"]).map(|account| format!("account {}", shown(&account)));
            account
                .or_else(|| plain(&item["organizationArn"]).map(|arn| shown(&arn)))
                .or_else(|| plain(&item["organizationalUnitArn"]).map(|arn| shown(&arn)))
        });
        named.collect::<Vec<_>>()
    };
    let (added, removed) = (names("add"), names("remove"));
    if !added.is_empty() {
        Phrase::new("share", "shared", format!("{what} with {}", listed(&added)))
    } else if !removed.is_empty() {
        Phrase::new("unshare", "unshared", format!("{what} from {}", listed(&removed)))
    } else {
        Phrase::new("change", "changed", format!("who may use {what}"))
    }
}

fn tags(fields: &Fields<'_>) -> String {
    let items = fields.asked()["tagSet"]["items"].as_array();
    let named = items.into_iter().flatten().filter_map(|item| {
        let key = plain(&item["key"])?;
        Some(plain(&item["value"]).map_or_else(|| shown(&key), |value| format!("{}={}", shown(&key), shown(&value))))
    });
    let named: Vec<String> = named.collect();
    if named.is_empty() { "nothing named".into() } else { listed(&named) }
}

fn of_user(fields: &Fields<'_>) -> String {
    fields.text("userName").map(|name| format!(" of the user {name}")).unwrap_or_default()
}

fn role(fields: &Fields<'_>) -> String {
    let arn = fields.fill("{roleArn}");
    arn.rsplit_once(":role/").map_or(arn.clone(), |(_, name)| name.to_string())
}

/// A statement of the policy allows everybody, under no condition.
fn opens_to_all(policy: &Value) -> bool {
    let statements = match &policy["Statement"] {
        Value::Array(list) => list.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    };
    statements.into_iter().any(|statement| {
        let principal = &statement["Principal"];
        let all = |value: &Value| value == "*" || value.as_array().is_some_and(|list| list.iter().any(|v| v == "*"));
        statement["Effect"] == "Allow"
            && statement.get("Condition").is_none()
            && (all(principal) || all(&principal["AWS"]))
    })
}
