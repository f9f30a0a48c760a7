//! The tags that anything may bear.

use aws_sdk_ec2::types as ec2;

/// Tags, by key.
pub fn tags(from: Option<Vec<ec2::Tag>>) -> Vec<(String, String)> {
    let mut tags: Vec<(String, String)> = from
        .unwrap_or_default()
        .into_iter()
        .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
        .collect();
    tags.sort();
    tags
}

/// The value of a tag; empty where there is none of that key.
pub(super) fn tag(tags: &[(String, String)], key: &str) -> String {
    tags.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone()).unwrap_or_default()
}
