//! Things as the wire shows them, with the element names of EC2's own model.

mod instance;
mod network;
mod storage;

use crate::sim::scenario::spec::Tags;
use jiff::Timestamp;
use serde_json::{Value, json};

/// A time as EC2 writes it.
pub fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

/// A list of tags.
pub fn tags(tags: &Tags) -> Value {
    tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect()
}

/// The name that an IPv4 address has in a Region's DNS: `ip-10-0-0-1` or `ec2-203-0-113-1`.
pub fn dns(kind: &str, region: &str, address: &str) -> String {
    let dashed = address.replace('.', "-");
    match (kind, region) {
        ("ip", "us-east-1") => format!("ip-{dashed}.ec2.internal"),
        ("ip", region) => format!("ip-{dashed}.{region}.compute.internal"),
        (_, "us-east-1") => format!("ec2-{dashed}.compute-1.amazonaws.com"),
        (_, region) => format!("ec2-{dashed}.{region}.compute.amazonaws.com"),
    }
}

/// The id of a zone, which is the same in every account: `eu-west-1a` may be `euw1-az1`.
pub fn zone_id(zone: &str) -> String {
    let region = zone.trim_end_matches(|letter: char| letter.is_ascii_lowercase());
    let letter = zone.as_bytes().last().copied().unwrap_or(b'a');
    let mut parts = region.split('-');
    let mut short = parts.next().unwrap_or_default().to_owned();
    if let Some(direction) = parts.next() {
        for word in ["north", "south", "east", "west", "central"] {
            if direction.starts_with(word) || direction.ends_with(word) && direction != word {
                short.extend(word.chars().next());
            }
        }
    }
    format!("{short}{}-az{}", parts.next().unwrap_or_default(), letter.saturating_sub(b'a') + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_and_names_are_written_as_aws_does() {
        assert_eq!(zone_id("eu-west-1b"), "euw1-az2");
        assert_eq!(zone_id("ap-southeast-2a"), "apse2-az1");
        assert_eq!(zone_id("ca-central-1a"), "cac1-az1");
        assert_eq!(dns("ip", "us-east-1", "10.0.0.1"), "ip-10-0-0-1.ec2.internal");
        assert_eq!(dns("ec2", "eu-west-1", "203.0.113.9"), "ec2-203-0-113-9.eu-west-1.compute.amazonaws.com");
    }
}
