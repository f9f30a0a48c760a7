//! The commands on with whom a snapshot or an image is shared.

use super::super::Call;
use super::{quote, service};

pub(super) fn read(call: &Call) -> Option<String> {
    Some(match call {
        Call::DescribeSnapshotAttribute { snapshot } => service(
            "ec2",
            "describe-snapshot-attribute",
            &[("snapshot-id", snapshot), ("attribute", "createVolumePermission")],
        ),
        Call::DescribeImageAttribute { image } => {
            service("ec2", "describe-image-attribute", &[("image-id", image), ("attribute", "launchPermission")])
        }
        _ => return None,
    })
}

pub(super) fn write(call: &Call, region: &str) -> Option<String> {
    Some(match call {
        // With whom it is shared is read when the step runs; the command reads it too.
        Call::ModifySnapshotAttribute { snapshot, .. } if call.is_open() => format!(
            "{} --create-volume-permission {}",
            service("ec2", "modify-snapshot-attribute", &[("snapshot-id", snapshot)]),
            all_of(&Call::DescribeSnapshotAttribute { snapshot: snapshot.clone() }, "CreateVolumePermissions", region),
        ),
        Call::ModifyImageAttribute { image, .. } if call.is_open() => format!(
            "{} --launch-permission {}",
            service("ec2", "modify-image-attribute", &[("image-id", image)]),
            all_of(&Call::DescribeImageAttribute { image: image.clone() }, "LaunchPermissions", region),
        ),
        Call::ModifySnapshotAttribute { snapshot, add, public, accounts } => {
            let command = service(
                "ec2",
                "modify-snapshot-attribute",
                &[
                    ("snapshot-id", snapshot),
                    ("attribute", "createVolumePermission"),
                    ("operation-type", if *add { "add" } else { "remove" }),
                ],
            );
            let everybody = if *public { " --group-names all" } else { "" };
            command + everybody + &option("user-ids", accounts.iter())
        }
        Call::ModifyImageAttribute { image, add, public, accounts } => {
            let command = service(
                "ec2",
                "modify-image-attribute",
                &[
                    ("image-id", image),
                    ("attribute", "launchPermission"),
                    ("operation-type", if *add { "add" } else { "remove" }),
                ],
            );
            let everybody = if *public { " --user-groups all" } else { "" };
            let units = accounts.iter().filter(|id| is_unit(id));
            let organizations = accounts.iter().filter(|id| is_organization(id) && !is_unit(id));
            command
                + everybody
                + &option("user-ids", accounts.iter().filter(|id| !is_organization(id)))
                + &option("organization-arns", organizations)
                + &option("organizational-unit-arns", units)
        }
        _ => return None,
    })
}

/// A substitution that names everybody of a list for removal.
fn all_of(read: &Call, list: &str, region: &str) -> String {
    format!("\"$({} --query '{{Remove: {list}}}' --output json)\"", read.cli(region))
}

fn option<'a>(name: &str, values: impl Iterator<Item = &'a String>) -> String {
    let values: Vec<String> = values.map(|value| quote(value)).collect();
    if values.is_empty() { String::new() } else { format!(" --{name} {}", values.join(" ")) }
}

/// The ARN of an organization or of a unit of one; else it is an account's number.
fn is_organization(id: &str) -> bool {
    id.starts_with("arn:")
}

fn is_unit(id: &str) -> bool {
    is_organization(id) && id.contains(":ou/")
}
