//! The overview of an instance: its state, exposure, addresses, image, profile,
//! disks, guards, and what was found on it.

use jiff::{SignedDuration, Timestamp};

use crate::app::Model;
use crate::app::prose::{Line, Tone};
use crate::app::time::age;
use crate::domain::finding::Severity;
use crate::domain::instance::{Instance, InstanceState};
use crate::domain::inventory::Inventory;

/// So long after its launch an instance may be newer than the reading of the whole state.
const NEW: SignedDuration = SignedDuration::from_mins(2);

/// The lines of the overview.
pub fn overview(model: &Model, inventory: &Inventory, instance: &Instance) -> Vec<Line> {
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
fn findings_on(model: &Model, id: &str) -> Vec<(Severity, String)> {
    let mut found: Vec<(Severity, String)> = Vec::new();
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
        if let Some(fault) = inventory.missing.get("ec2:DescribeImages") {
            return line.put(Tone::Dim, &format!("  images could not be read: {}", fault.kind.word()));
        }
        // Images are read with the whole state, each minute: a new instance may bring one of its own.
        let new = instance.launched.is_some_and(|launched| now.duration_since(launched) < NEW);
        return if new {
            line.put(Tone::Dim, "  has not been read yet")
        } else {
            line.put(Tone::Warn, "  no longer exists, or is not shared any more")
        };
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
