//! Which Regions are asked for, and whether they are any.

use crate::domain::fault::{Fault, FaultKind};

/// Regions as of November 2026, by partition (AWS General Reference, "Regions
/// and endpoints"). One that is not here is looked up before it is believed.
const KNOWN: [&str; 39] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// The Region whose trail holds the events of global services (IAM, STS's
/// global endpoint, CloudFront, console sign-in) in the Region's partition.
pub fn global(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "cn-north-1",
        _ if region.starts_with("us-gov-") => "us-gov-west-1",
        _ if region.starts_with("eusc-") => "eusc-de-east-1",
        _ => "us-east-1",
    }
}

/// The Region is one of those known when this was written.
pub fn is_known(region: &str) -> bool {
    KNOWN.contains(&region)
}

/// The name has the form of a Region: `eu-west-1`, `us-gov-east-1`. Anything
/// else never becomes part of a host name.
pub fn is_well_formed(region: &str) -> bool {
    let parts: Vec<&str> = region.split('-').collect();
    let Some((number, words)) = parts.split_last() else { return false };
    (2..=4).contains(&words.len())
        && (1..=2).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && words.iter().all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// The fault of a Region that does not exist, with the nearest that does.
/// `others` are the account's own, where they could be read.
pub fn unknown(region: &str, others: &[String]) -> Fault {
    let candidates = others.iter().map(String::as_str).chain(KNOWN);
    let nearest = candidates.min_by_key(|known| distance(known, region)).filter(|known| distance(known, region) <= 3);
    let hint = match nearest {
        Some(known) => format!("did you mean {known}? `all` takes every Region that is enabled"),
        None => "`--region all` takes every Region that is enabled".into(),
    };
    Fault::new(FaultKind::Invalid, "ec2:DescribeRegions", format!("there is no Region {region}")).with_hint(hint)
}

/// The number of letters to add, drop or change to make one word the other.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{global, is_known, is_well_formed, unknown};

    #[test]
    fn a_region_has_a_form_before_it_is_part_of_a_host_name() {
        for good in ["eu-west-1", "us-gov-east-1", "ap-southeast-12", "eusc-de-east-1"] {
            assert!(is_well_formed(good), "{good}");
        }
        for bad in ["", "eu-west", "eu-west-1.evil.example", "EU-WEST-1", "eu--1", "prod", "eu-west-1a"] {
            assert!(!is_well_formed(bad), "{bad}");
        }
    }

    #[test]
    fn a_mistyped_region_names_the_one_that_was_meant() {
        let fault = unknown("eu-wset-1", &[]);
        assert!(fault.hint.contains("eu-west-1"), "{}", fault.hint);
        assert!(!unknown("qqqqqqqqqqqqqq-9", &[]).hint.contains("did you mean"));
        assert!(unknown("xx-moon-2", &["xx-moon-1".into()]).hint.contains("xx-moon-1"));
    }

    #[test]
    fn global_services_are_recorded_in_one_region_of_each_partition() {
        assert_eq!(global("eu-west-1"), "us-east-1");
        assert_eq!(global("cn-northwest-1"), "cn-north-1");
        assert_eq!(global("us-gov-east-1"), "us-gov-west-1");
        assert!(is_known("eu-west-1") && !is_known("eu-west-9"));
    }
}
