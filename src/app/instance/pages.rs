//! The pages of an instance as lines: which one shows, and those of its storage,
//! identity, activity, tags and console output. Overview and network stand beside.

use super::super::Model;
use super::super::event::event_line;
use super::super::fault::fault_lines;
use super::super::prose::{Line, Tone};
use super::super::scopes::ScopeState;
use super::super::time::clock_and_day;
use super::{PageName, Subject, network, overview};
use crate::domain::instance::Instance;
use crate::domain::inventory::Inventory;
use crate::trail::timeline::Slot;

/// Events looked through for the activity of an instance, newest first.
const REACH_BACK: usize = 200_000;
/// Events shown of it.
const MOST: usize = 300;

/// The lines of the pane for its subject and page.
pub fn lines(model: &Model) -> Vec<Line> {
    let pane = &model.instance;
    let Some(subject) = &pane.subject else { return nothing(model) };
    let state = subject.scope.and_then(|scope| model.scopes.get(scope));
    let inventory = state.and_then(|state| state.inventory.as_deref());
    let Some((inventory, instance)) =
        inventory.and_then(|inventory| Some((inventory, inventory.instances.get(&subject.id)?)))
    else {
        return if pane.page == PageName::Activity {
            activity(model, &subject.id)
        } else {
            unknown(model, subject, state)
        };
    };
    let mut lines = Vec::new();
    if let Some(fault) = &pane.fault {
        lines.extend(fault_lines(fault));
        lines.push(Line::new());
    }
    let paths = state.and_then(|state| state.exposures.get(&instance.id)).map_or(&[][..], Vec::as_slice);
    lines.extend(match pane.page {
        PageName::Overview => overview::overview(model, inventory, instance),
        PageName::Network => network::network(inventory, instance),
        PageName::Storage => storage(inventory, instance),
        PageName::Identity => identity(inventory, instance),
        PageName::Activity => activity(model, &instance.id),
        PageName::Exposure => network::exposure(paths, inventory),
        PageName::Tags => tags(instance),
        PageName::Console => console(model),
    });
    lines
}

fn nothing(model: &Model) -> Vec<Line> {
    if model.scopes.is_empty() {
        return vec![
            Line::of("Recorded logs have no account behind them: the state of instances is not known."),
            Line::new().put(Tone::Dim, "An event that names an instance shows here what the log says of it."),
        ];
    }
    if model.picked.is_none() {
        return vec![
            Line::new().put(Tone::Dim, "No event is selected. "),
            Line::new().put(Tone::Key, "I").put(Tone::Dim, " lists all instances."),
        ];
    }
    let mut lines = vec![Line::of("The selected event touches no instance that is known, and reaches none.")];
    lines.push(Line::new().put(Tone::Key, "I").put(Tone::Dim, " lists all instances, most exposed first."));
    lines
}

fn unknown(model: &Model, subject: &Subject, state: Option<&ScopeState>) -> Vec<Line> {
    let mut lines = vec![Line::new().put(Tone::Strong, &subject.id)];
    match state {
        None if model.scopes.is_empty() => {
            lines.push(Line::of("Recorded logs have no account behind them: only what they say is known."));
        }
        None => lines.push(Line::of("It lies in an account or Region that is not read.")),
        Some(state) if state.inventory.is_none() => match state.faults.get(&super::super::scopes::Part::Fleet) {
            Some(fault) => lines.extend(fault_lines(fault)),
            None => {
                lines.push(Line::new().put(Tone::Dim, &format!("Reading EC2 state of {} …", state.scope.region)));
            }
        },
        Some(state) => {
            lines.push(Line::of(&format!(
                "EC2 does not list it in {}: it was terminated more than an hour ago, or never started.",
                state.scope.region
            )));
            lines.push(Line::new().put(Tone::Key, "R").put(Tone::Dim, " asks again."));
        }
    }
    lines.push(
        Line::new().put(Tone::Dim, "The activity page (").put(Tone::Key, "l").put(Tone::Dim, ") has its events."),
    );
    lines
}

fn storage(inventory: &Inventory, instance: &Instance) -> Vec<Line> {
    let mut lines = Vec::new();
    for volume in inventory.volumes_of(instance) {
        let mut head = Line::heading(&volume.id);
        head.push(Tone::Plain, &format!("  {}  {}G {}", volume.device, volume.size, volume.kind));
        lines.push(head);
        let sealed = Line::labelled("  Sealed");
        lines.push(if volume.encrypted {
            sealed.put(Tone::Good, "encrypted").put(Tone::Dim, &format!("  {}", volume.kms_key))
        } else {
            sealed.put(Tone::Warn, "not encrypted")
        });
        let goes = if volume.delete_on_termination {
            (Tone::Warn, "goes when the instance is terminated")
        } else {
            (Tone::Good, "stays when the instance is terminated")
        };
        lines.push(Line::labelled("  Fate").put(goes.0, goes.1));
        let mut snapshots: Vec<_> =
            inventory.snapshots.values().filter(|snapshot| snapshot.volume == volume.id).collect();
        snapshots.sort_by_key(|snapshot| std::cmp::Reverse(snapshot.started));
        let mut line = Line::labelled("  Copies");
        match snapshots.first() {
            None => line.push(Tone::Warn, "no snapshot"),
            Some(last) => {
                let when = last.started.map(clock_and_day).unwrap_or_default();
                line.push(
                    Tone::Plain,
                    &format!("{} snapshots, last {} {} {when}", snapshots.len(), last.id, last.state),
                );
            }
        }
        lines.push(line);
        lines.push(Line::new());
    }
    if lines.is_empty() {
        lines.push(Line::new().put(Tone::Dim, "No volume of this instance has been read."));
    }
    lines
}

fn identity(inventory: &Inventory, instance: &Instance) -> Vec<Line> {
    if instance.profile.is_empty() {
        return vec![
            Line::of("The instance has no instance profile: what runs on it has no role of its own."),
            Line::new().put(Tone::Dim, "Access keys that lie on its disk are not seen from here."),
        ];
    }
    let mut lines = vec![
        Line::labelled("Profile").put(Tone::Strong, instance.profile_name()),
        Line::labelled("ARN").put(Tone::Plain, &instance.profile),
    ];
    if !instance.profile_association.is_empty() {
        lines.push(Line::labelled("Bound by").put(Tone::Plain, &instance.profile_association));
    }
    let imds = if instance.imds == "required" {
        (Tone::Good, "metadata asks for a token (IMDSv2)")
    } else {
        (Tone::Warn, "metadata answers without a token (IMDSv1): a forged request can fetch the role's keys")
    };
    lines.push(Line::labelled("Metadata").put(imds.0, imds.1));
    if !instance.key.is_empty() {
        lines.push(Line::labelled("SSH key").put(Tone::Plain, &instance.key));
    }
    lines.push(Line::new());
    let sharers: Vec<&Instance> = inventory.sharing_profile(instance).collect();
    if sharers.is_empty() {
        lines.push(Line::new().put(Tone::Good, "No other instance shares the profile."));
    } else {
        lines.push(Line::heading(&format!(
            "{} others share it: taking it from them is not part of this",
            sharers.len()
        )));
        for other in sharers {
            lines.push(
                Line::new()
                    .put(Tone::Plain, &format!("  {}", other.label()))
                    .put(Tone::Dim, &format!("  {}", other.state)),
            );
        }
    }
    lines
}

/// Events that name a resource, newest first.
fn events_naming(model: &Model, id: &str) -> Vec<Slot> {
    model.timeline.naming(id, REACH_BACK, MOST)
}

fn activity(model: &Model, id: &str) -> Vec<Line> {
    let slots = events_naming(model, id);
    if slots.is_empty() {
        return vec![Line::new().put(Tone::Dim, "No event that has been read names this instance.")];
    }
    let mut lines: Vec<Line> = slots.iter().map(|slot| event_line(&model.timeline.row(*slot))).collect();
    if slots.len() == MOST {
        lines.push(Line::new().put(Tone::Dim, &format!("… the newest {MOST}; filter by resource:{id} for all")));
    }
    lines
}

fn tags(instance: &Instance) -> Vec<Line> {
    if instance.tags.is_empty() {
        return vec![Line::new().put(Tone::Dim, "No tags.")];
    }
    instance
        .tags
        .iter()
        .map(|(key, value)| Line::new().put(Tone::Label, key).put(Tone::Dim, " = ").put(Tone::Plain, value).hanging(4))
        .collect()
}

fn console(model: &Model) -> Vec<Line> {
    match model.instance.output.as_ref().and_then(|output| output.text.as_ref()) {
        None => vec![Line::new().put(Tone::Dim, "Reading the console output …")],
        Some(Err(fault)) => fault_lines(fault),
        Some(Ok(text)) if text.is_empty() => {
            vec![Line::new().put(Tone::Dim, "EC2 has no console output of this instance yet.")]
        }
        Some(Ok(text)) => text.lines().map(Line::of).collect(),
    }
}
