//! The pages of an instance as lines: overview, storage, identity, activity,
//! tags, console output.

use jiff::Timestamp;

use super::super::Model;
use super::super::prose::{Line, Tone};
use super::super::scopes::ScopeState;
use super::{PageName, Subject, network};
use crate::domain::fault::Fault;
use crate::domain::instance::{Instance, InstanceState};
use crate::domain::inventory::Inventory;
use crate::trail::timeline::{Row, Slot};

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
        PageName::Overview => overview(model, inventory, instance),
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

/// A fault as it is drawn in a pane.
pub fn fault_lines(fault: &Fault) -> Vec<Line> {
    let mut head =
        Line::new().put(Tone::Bad, "✗ ").put(Tone::Strong, &format!("{}: {}", fault.operation, fault.kind.word()));
    head.hang = 2;
    if !fault.code.is_empty() {
        head.push(Tone::Plain, &format!(" ({})", fault.code));
    }
    let mut lines = vec![head];
    if !fault.message.is_empty() {
        lines.push(Line::new().put(Tone::Plain, &format!("  {}", fault.message)).hanging(2));
    }
    if !fault.hint.is_empty() {
        lines.push(Line::new().put(Tone::Warn, &format!("  → {}", fault.hint)).hanging(4));
    }
    if let Some(id) = &fault.request_id {
        lines.push(Line::new().put(Tone::Dim, &format!("  request {id}")));
    }
    lines
}

fn overview(model: &Model, inventory: &Inventory, instance: &Instance) -> Vec<Line> {
    let tone = match instance.state {
        InstanceState::Running => Tone::Good,
        InstanceState::Terminated | InstanceState::ShuttingDown => Tone::Bad,
        _ => Tone::Warn,
    };
    let mut head =
        Line::new().put(tone, instance.state.word()).put(Tone::Plain, &format!("  {}  {}", instance.kind, instance.az));
    if let Some(launched) = instance.launched.filter(|_| instance.state == InstanceState::Running) {
        head.push(Tone::Plain, &format!("  up {}", age(launched, model.now)));
    }
    if let Some((passed, made)) = instance.checks {
        let tone = if passed == made { Tone::Good } else { Tone::Bad };
        head.push(tone, &format!("  checks {passed}/{made}"));
    }
    let mut lines = vec![head.hanging(2)];
    let state = model.instance.subject.as_ref().and_then(|subject| model.scopes.get(subject.scope?));
    let paths = state.and_then(|state| state.exposures.get(&instance.id)).map_or(&[][..], Vec::as_slice);
    let exposed = Line::labelled("Exposure");
    lines.push(match paths {
        [] if inventory.missing.is_empty() => exposed.put(Tone::Good, "no path from the internet"),
        [] => exposed.put(Tone::Warn, "none proven, but not everything could be read"),
        [first, rest @ ..] => {
            let more = if rest.is_empty() { String::new() } else { format!("  and {} more", rest.len()) };
            exposed.put(Tone::Bad, &first.sentence()).put(Tone::Dim, &more)
        }
    });
    let mut address = Line::labelled("Address").put(Tone::Plain, &instance.private_ip);
    if !instance.public_ip.is_empty() {
        address.push(Tone::Plain, &format!("  public {}", instance.public_ip));
    }
    if instance.interfaces.len() > 1 {
        address.push(Tone::Warn, &format!("  {} interfaces", instance.interfaces.len()));
    }
    lines.push(address);
    lines.push(image(inventory, instance, model.now));
    lines.push(profile(inventory, instance));
    let mut disk = Line::labelled("Disk");
    for (at, volume) in inventory.volumes_of(instance).enumerate() {
        if at > 0 {
            disk.push(Tone::Dim, " · ");
        }
        disk.push(Tone::Plain, &format!("{} {}G ", volume.id, volume.size));
        if volume.encrypted {
            disk.push(Tone::Good, "✓");
        } else {
            disk.push(Tone::Warn, "not encrypted");
        }
    }
    lines.push(disk);
    let mut guards = Line::labelled("Guards");
    match instance.protected {
        Some(true) => guards.push(Tone::Good, "termination protected"),
        Some(false) => guards.push(Tone::Warn, "not protected from termination"),
        None => guards.push(Tone::Dim, "protection not read"),
    }
    if instance.imds == "required" {
        guards.push(Tone::Good, "  IMDSv2 only");
    } else {
        guards.push(Tone::Warn, "  IMDSv1 still answers");
    }
    lines.push(guards);
    if !instance.auto_scaling_group.is_empty() {
        lines.push(Line::labelled("Scaling").put(Tone::Plain, &instance.auto_scaling_group));
    }
    let found = findings_on(model, &instance.id);
    if !found.is_empty() {
        let mut line = Line::labelled("Findings");
        for (severity, title) in found.iter().take(3) {
            line.push(Tone::Level(*severity), &format!("{} ", severity.short()));
            line.push(Tone::Plain, &format!("{title}  "));
        }
        if found.len() > 3 {
            line.push(Tone::Dim, &format!("and {} more", found.len() - 3));
        }
        lines.push(line);
    }
    if !instance.state_reason.is_empty() {
        lines.push(Line::labelled("Reason").put(Tone::Plain, &instance.state_reason));
    }
    lines
}

/// Findings on events that name an instance, worst first, each title once.
fn findings_on(model: &Model, id: &str) -> Vec<(crate::domain::finding::Severity, String)> {
    let mut found: Vec<(crate::domain::finding::Severity, String)> = Vec::new();
    for listed in model.findings.listed() {
        let names_it = model.timeline.time(listed.slot).is_some()
            && model.timeline.row(listed.slot).resources().any(|(_, resource)| resource == id);
        if names_it && !found.iter().any(|(_, title)| *title == listed.finding.title) {
            found.push((listed.finding.severity, listed.finding.title.clone()));
        }
    }
    found
}

fn image(inventory: &Inventory, instance: &Instance, now: Timestamp) -> Line {
    let line = Line::labelled("Image").put(Tone::Plain, &instance.image);
    let Some(image) = inventory.images.get(&instance.image) else {
        return line.put(Tone::Warn, "  no longer exists, or is not shared any more");
    };
    let mut line = line.put(Tone::Plain, &format!(" {}", image.name));
    if let Some(created) = image.created {
        let days = (now.as_second() - created.as_second()) / 86_400;
        line.push(if days > 180 { Tone::Warn } else { Tone::Dim }, &format!(", {days} days old"));
    }
    if image.deprecated.is_some_and(|at| at <= now) {
        line.push(Tone::Warn, ", deprecated");
    }
    line
}

fn profile(inventory: &Inventory, instance: &Instance) -> Line {
    let line = Line::labelled("Profile");
    if instance.profile.is_empty() {
        return line.put(Tone::Dim, "none: the instance has no role");
    }
    let line = line.put(Tone::Plain, instance.profile_name());
    match inventory.sharing_profile(instance).count() {
        0 => line.put(Tone::Dim, " (no other instance has it)"),
        1 => line.put(Tone::Dim, " (1 other instance shares it)"),
        many => line.put(Tone::Dim, &format!(" ({many} other instances share it)")),
    }
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
pub fn events_naming(model: &Model, id: &str) -> Vec<Slot> {
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

/// An event as one line of a page.
pub fn event_line(row: &Row<'_>) -> Line {
    let mut line = Line::new().put(Tone::Dim, &clock(row.time)).put(Tone::Plain, " ");
    match row.severity {
        Some(severity) => line.push(Tone::Level(severity), &format!("{:<4} ", severity.short())),
        None => line.push(Tone::Plain, "     "),
    }
    line.push(Tone::Plain, &format!("{} {}", row.access.letter(), row.name));
    if row.dry_run {
        line.push(Tone::Dim, " dry-run");
    } else if !row.error.is_empty() {
        line.push(Tone::Bad, &format!(" ✗{}", error_word(row.error)));
    }
    line.push(Tone::Dim, &format!("  {}", row.actor));
    line.hanging(14)
}

/// An error code in a word: `denied`, or the code without its prefix.
pub fn error_word(code: &str) -> &str {
    if code.ends_with("UnauthorizedOperation") || code.contains("AccessDenied") || code.ends_with("Unauthorized") {
        "denied"
    } else {
        code.trim_start_matches("Client.").trim_start_matches("Server.")
    }
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

/// How long ago, in the two largest words that matter: `12d`, `3h`, `4m`, `9s`.
pub fn age(then: Timestamp, now: Timestamp) -> String {
    let seconds = (now.as_second() - then.as_second()).max(0);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// `14:02:07`, UTC.
pub fn clock(at: Timestamp) -> String {
    let seconds = at.as_second().rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// `11-24 14:02`, UTC.
pub fn clock_and_day(at: Timestamp) -> String {
    let text = at.to_string();
    match (text.get(5..10), text.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time}"),
        _ => text,
    }
}
