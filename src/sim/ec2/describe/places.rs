//! Regions, zones and instance types: what there is, not what the account has.

use super::super::show::zone_id;
use super::super::state::Region;
use super::super::{Answer, Context, types};
use super::tables;
use crate::sim::service::Refusal;
use serde_json::{Value, json};

/// Regions that an account must opt in to.
const OPT_IN: [&str; 12] = [
    "af-south-1",
    "ap-east-1",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
];

pub(crate) fn regions(context: &Context<'_>, _region: &Region) -> Answer {
    let params = context.params;
    let every = params.flag("AllRegions")?.unwrap_or_default();
    let show = |name: &str, status: &str| json!({"regionName": name, "regionEndpoint": format!("ec2.{name}.amazonaws.com"), "optInStatus": status});
    let mut all: Vec<Value> = context
        .regions
        .iter()
        .map(|name| show(name, if OPT_IN.contains(&name.as_str()) { "opted-in" } else { "opt-in-not-required" }))
        .collect();
    let names = params.texts("RegionName");
    if every || !names.is_empty() {
        let rest = OPT_IN.iter().filter(|name| !context.regions.iter().any(|known| known == *name));
        all.extend(rest.map(|name| show(name, "not-opted-in")));
    }
    named(&mut all, &names, "regionName", "region-name", "region")?;
    tables::REGIONS.answer(context, all)
}

pub(crate) fn zones(context: &Context<'_>, region: &Region) -> Answer {
    let params = context.params;
    let mut all: Vec<Value> = zone_names(&region.name)
        .into_iter()
        .map(|zone| {
            json!({
                "zoneName": zone,
                "zoneId": zone_id(&zone),
                "zoneState": "available",
                "zoneType": "availability-zone",
                "regionName": region.name,
                "groupName": format!("{}-zg-1", region.name),
                "networkBorderGroup": region.name,
                "optInStatus": "opt-in-not-required",
                "messageSet": [],
            })
        })
        .collect();
    named(&mut all, &params.texts("ZoneName"), "zoneName", "availability zone", "availability zone")?;
    named(&mut all, &params.texts("ZoneId"), "zoneId", "zone-id", "zone id")?;
    tables::ZONES.answer(context, all)
}

/// The zones of a Region.
fn zone_names(region: &str) -> Vec<String> {
    ["a", "b", "c"].iter().map(|letter| format!("{region}{letter}")).collect()
}

/// Keeps those that are named; a name that is not among them is refused.
fn named(all: &mut Vec<Value>, names: &[&str], field: &str, kind: &str, word: &str) -> Result<(), Refusal> {
    if names.is_empty() {
        return Ok(());
    }
    if let Some(absent) = names.iter().find(|name| !all.iter().any(|one| one[field] == **name)) {
        let message = format!("Invalid {kind}: [{absent}]");
        let message = if word == "region" { format!("Invalid region names provided. {message}") } else { message };
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    all.retain(|one| names.iter().any(|name| one[field] == *name));
    Ok(())
}

pub(crate) fn instance_types(context: &Context<'_>, _region: &Region) -> Answer {
    let names = context.params.texts("InstanceType");
    if let Some(unknown) = names.iter().find(|name| types::of(name).is_none()) {
        let message = format!("The following supplied instance types do not exist: [{unknown}]");
        return Err(Refusal::new("InvalidInstanceType", message));
    }
    let shown = types::all()
        .filter(|one| names.is_empty() || names.contains(&one.name.as_str()))
        .map(|one| one.show())
        .collect();
    tables::INSTANCE_TYPES.answer(context, shown)
}

pub(crate) fn instance_type_offerings(context: &Context<'_>, region: &Region) -> Answer {
    let by = context.params.text("LocationType").unwrap_or("region");
    let places = match by {
        "region" => vec![region.name.clone()],
        "availability-zone" => zone_names(&region.name),
        other => {
            let message = format!("Value ({other}) for parameter locationType is invalid.");
            return Err(Refusal::new("InvalidParameterValue", message));
        }
    };
    let shown = types::all()
        .flat_map(|one| {
            places.iter().map(move |place| json!({"instanceType": one.name, "locationType": by, "location": place}))
        })
        .collect();
    tables::OFFERINGS.answer(context, shown)
}
