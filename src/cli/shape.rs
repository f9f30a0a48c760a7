//! The JSON shapes of what commands print: made in one place, the same everywhere.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::domain::exposure::exposures;
use crate::domain::instance::Instance;
use crate::domain::inventory::Inventory;

/// An instance: `id state type account region az vpc subnet public_ip private_ip
/// security_groups volumes profile image launch_time exposure tags`, and its name.
/// What an instance has not is null.
pub fn instance(inventory: &Inventory, instance: &Instance) -> Value {
    let or_null = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let exposure: Vec<Value> = exposures(inventory, instance)
        .iter()
        .map(|path| {
            let mut value = to_value(path);
            value["sentence"] = json!(path.sentence());
            value
        })
        .collect();
    let tags: Map<String, Value> = instance.tags.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    json!({
        "id": instance.id,
        "name": or_null(&instance.name),
        "state": instance.state.word(),
        "type": instance.kind,
        "account": inventory.account,
        "region": inventory.region,
        "az": instance.az,
        "vpc": or_null(&instance.vpc),
        "subnet": or_null(&instance.subnet),
        "public_ip": or_null(&instance.public_ip),
        "private_ip": or_null(&instance.private_ip),
        "security_groups": instance.groups,
        "volumes": instance.volumes,
        "profile": or_null(&instance.profile),
        "image": or_null(&instance.image),
        "launch_time": instance.launched,
        "exposure": exposure,
        "tags": tags,
    })
}

fn to_value(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}
