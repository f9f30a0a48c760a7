//! The remedies that keep a copy: snapshots and images. They are evidence and stay.

use std::collections::BTreeMap;

use crate::domain::instance::Instance;
use crate::respond::change::Change;
use crate::respond::fact::Fact;
use crate::respond::options::Options;
use crate::respond::probe::Probe;

/// The tag that a snapshot of a case bears.
pub(super) const CASE_TAG: &str = "stanch:case";

/// The longest name that an image can have (EC2 API reference, CreateImage).
const NAME: usize = 128;

pub(super) fn snapshots(instance: &Instance, options: &Options) -> Result<Change, String> {
    if instance.volumes.is_empty() {
        return Err("no EBS volume is attached".into());
    }
    let probe = Probe::Snapshots {
        instance: instance.id.clone(),
        volumes: instance.volumes.clone(),
        tag: (CASE_TAG.to_owned(), options.case.clone()),
        description: format!("Evidence of {}, case {}", instance.id, options.case),
    };
    let wanted = instance.volumes.iter().map(|volume| (volume.clone(), String::new())).collect();
    Ok(Change::set(probe, None, Fact::Snapshots(wanted)).stays("snapshots are evidence"))
}

/// An image by the name of instance and case: made once, whatever happens.
pub(super) fn create_image(instance: &Instance, options: &Options) -> Result<Change, String> {
    if instance.volumes.is_empty() {
        return Err("no EBS volume is attached".into());
    }
    let reboot = match options.choice("reboot") {
        None | Some("no") => false,
        Some("yes") => true,
        Some(other) => return Err(format!("the choice 'reboot' is no or yes, not '{other}'")),
    };
    let case: String =
        options.case.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    let name: String = format!("stanch {} {case}", instance.id).chars().take(NAME).collect();
    let probe = Probe::Image {
        instance: instance.id.clone(),
        image_name: name,
        description: format!("Evidence of {}, case {}", instance.id, options.case),
        reboot,
        tags: BTreeMap::from([(CASE_TAG.to_owned(), options.case.clone())]),
    };
    Ok(Change::set(probe, None, Fact::Image(String::new())).stays("images are evidence"))
}
