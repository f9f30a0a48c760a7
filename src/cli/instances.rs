//! `stanch instances`: the EC2 state with exposure.

use futures_util::future::join_all;
use serde_json::Value;

use super::args::Instances;
use super::failure::{Exit, Failure, Outcome};
use super::live::{block_on, connected};
use super::out::{Out, say};
use super::setting::Setting;
use super::shape;
use crate::domain::fault::Fault;
use crate::domain::inventory::Inventory;
use crate::domain::text::visible;

/// Prints the instances of every Scope. A Scope that cannot be read is said,
/// and makes the command fail after the others are printed.
pub fn run(args: &Instances, setting: &Setting) -> Outcome {
    let answers = block_on(async {
        let ports = connected(setting).await?.ports;
        let watched: Vec<_> = ports.into_iter().filter(|ports| ports.watch_fleet).collect();
        let asked = watched.iter().map(|ports| async { (ports.scope.clone(), ports.fleet.inventory().await) });
        Ok(join_all(asked).await)
    })?;
    let mut failed: Vec<Fault> = Vec::new();
    let mut rows: Vec<(Value, String)> = Vec::new();
    for (scope, answer) in answers {
        match answer {
            Ok(inventory) => {
                for (operation, fault) in &inventory.missing {
                    say(&format!(
                        "stanch: {}: {operation} could not be read, so what it tells is missing: {fault}",
                        scope.region
                    ));
                }
                rows.extend(chosen(args, &inventory));
            }
            Err(fault) => failed.push(fault),
        }
    }
    let mut out = Out::new();
    if args.json {
        out.document(&rows.iter().map(|(value, _)| value).collect::<Vec<_>>())?;
    } else if args.jsonl {
        rows.iter().try_for_each(|(value, _)| out.json(value))?;
    } else {
        rows.iter().try_for_each(|(_, line)| out.line(line))?;
    }
    out.flush()?;
    let unknown: Vec<&String> =
        args.ids.iter().filter(|id| !rows.iter().any(|(value, _)| value["id"] == id.as_str())).collect();
    if let Some(fault) = failed.into_iter().next() {
        return Err(fault.into());
    }
    if let Some(id) = unknown.first() {
        return Err(Failure::Failed(format!(
            "{} is in none of the Regions that were looked at; name others with --region",
            visible(id)
        )));
    }
    Ok(Exit::Done)
}

/// The instances asked for: the value and the line of each.
fn chosen(args: &Instances, inventory: &Inventory) -> Vec<(Value, String)> {
    let asked = |id: &str| args.ids.is_empty() || args.ids.iter().any(|wanted| wanted == id);
    let in_state = |word: &str| args.state.is_empty() || args.state.iter().any(|wanted| wanted == word);
    let instances = inventory.instances.values();
    instances
        .filter(|instance| asked(&instance.id) && in_state(instance.state.word()))
        .map(|instance| (shape::instance(inventory, instance), instance))
        .filter(|(value, _)| !args.exposed || value["exposure"].as_array().is_some_and(|paths| !paths.is_empty()))
        .map(|(value, instance)| {
            let exposure = value["exposure"][0]["sentence"].as_str().unwrap_or("").to_string();
            let line = format!(
                "{:<20} {:<13} {:<12} {:<15} {:<15} {:<15} {:<22} {}",
                instance.id,
                instance.state,
                instance.kind,
                instance.az,
                or_dash(&instance.public_ip),
                or_dash(&instance.private_ip),
                or_dash(&instance.name),
                exposure
            );
            (value, visible(line.trim_end()).into_owned())
        })
        .collect()
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}
