//! What the path of a log file tells, as CloudTrail lays files out in S3:
//! `AWSLogs/[o-…/]<account>/CloudTrail/<region>/<yyyy>/<mm>/<dd>/` and
//! `<account>_CloudTrail_<region>_<yyyymmdd>T<hhmm>Z_<unique>.json.gz`
//! (CloudTrail user guide, "CloudTrail log file examples").

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::Options;

/// What a path tells of the file's content.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    /// The account that the events belong to.
    pub account: Option<String>,
    /// The Region.
    pub region: Option<String>,
    /// When the file was delivered, or the first and last instant of the day's folder.
    pub delivered: Option<(Timestamp, Timestamp)>,
    /// It holds digests, not events.
    pub digest: bool,
}

/// A file holds what happened before its delivery; its name has a resolution of
/// minutes and clocks differ.
const EARLY: SignedDuration = SignedDuration::from_mins(10);

/// What happened is delivered within minutes; this much is allowed for it.
const LATE: SignedDuration = SignedDuration::from_hours(24);

impl Layout {
    /// What a path tells.
    pub fn of(path: &Path) -> Self {
        let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
        let mut layout = Self::default();
        for (at, part) in parts.iter().enumerate() {
            if !matches!(*part, "CloudTrail" | "CloudTrail-Digest" | "CloudTrail-Insight") {
                continue;
            }
            let account = at.checked_sub(1).map(|at| parts[at]);
            if account.is_some_and(is_account) {
                layout.account = account.map(str::to_owned);
                layout.digest |= *part == "CloudTrail-Digest";
                layout.region = parts.get(at + 1).filter(|region| is_region(region)).map(|region| (*region).to_owned());
                if let [year, month, day] = parts.get(at + 2..at + 5).unwrap_or_default() {
                    layout.delivered = day_of(year, month, day);
                }
            }
        }
        if let Some(name) = parts.last() {
            layout.name(name);
        }
        layout
    }

    fn name(&mut self, name: &str) {
        let parts: Vec<&str> = name.split('_').collect();
        let [account, what, region, time, ..] = parts.as_slice() else { return };
        if !is_account(account) || !what.starts_with("CloudTrail") || !is_region(region) {
            return;
        }
        self.digest |= *what == "CloudTrail-Digest";
        self.region = Some((*region).to_owned());
        if let Some(time) = minute_of(time) {
            self.delivered = Some((time, time));
        }
        // A name's account is not taken: that of an organization's trail, or of
        // one that was delivered elsewhere, need not be the events' own.
    }

    /// The file may hold something that is wanted.
    pub fn may_hold(&self, options: &Options) -> bool {
        let one_of = |known: &Option<String>, wanted: &[String]| {
            wanted.is_empty() || known.as_ref().is_none_or(|known| wanted.contains(known))
        };
        let (first, last) = self.delivered.unzip();
        one_of(&self.account, &options.accounts)
            && one_of(&self.region, &options.regions)
            && options.since.is_none_or(|since| last.is_none_or(|last| plus(last, EARLY) >= since))
            && options.until.is_none_or(|until| first.is_none_or(|first| first <= plus(until, LATE)))
    }
}

fn plus(time: Timestamp, more: SignedDuration) -> Timestamp {
    time.checked_add(more).unwrap_or(Timestamp::MAX)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `us-east-1`, `us-gov-west-1`: words and a number.
fn is_region(text: &str) -> bool {
    let mut parts = text.rsplit('-');
    parts.next().is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
        && parts.clone().count() >= 2
        && parts.all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

fn day_of(year: &str, month: &str, day: &str) -> Option<(Timestamp, Timestamp)> {
    if (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    let first: Timestamp = format!("{year}-{month}-{day}T00:00:00Z").parse().ok()?;
    Some((first, plus(first, SignedDuration::from_hours(24))))
}

fn minute_of(text: &str) -> Option<Timestamp> {
    if text.len() != 14 || !text.is_ascii() {
        return None;
    }
    let (date, clock) = text.split_once('T')?;
    let clock = clock.strip_suffix('Z')?;
    if date.len() != 8 || clock.len() != 4 {
        return None;
    }
    format!("{}-{}-{}T{}:{}:00Z", &date[..4], &date[4..6], &date[6..], &clock[..2], &clock[2..]).parse().ok()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Layout;
    use crate::recorded::Options;

    const NAME: &str = "AWSLogs/o-abc/123456789012/CloudTrail/us-gov-west-1/2026/11/24/123456789012_CloudTrail_us-gov-west-1_20261124T1405Z_x.json.gz";

    #[test]
    fn a_path_tells_account_region_and_delivery() {
        let layout = Layout::of(Path::new(NAME));
        assert_eq!(layout.account.as_deref(), Some("123456789012"));
        assert_eq!(layout.region.as_deref(), Some("us-gov-west-1"));
        assert_eq!(layout.delivered.map(|(first, _)| first.to_string()).as_deref(), Some("2026-11-24T14:05:00Z"));
        assert!(Layout::of(Path::new("a/123456789012/CloudTrail-Digest/eu-west-1/2026/11/24/x.json.gz")).digest);
        for other in
            ["events.json", "/logs/CloudTrail/x.json", "x_y_z_w.json", "123456789012_CloudTrail_nowhere_2026_x.json"]
        {
            assert_eq!(Layout::of(Path::new(other)), Layout::default(), "{other}");
        }
    }

    #[test]
    fn only_files_that_cannot_hold_what_is_wanted_are_left_out() {
        let layout = Layout::of(Path::new(NAME));
        let wants = |since: &str, until: &str| {
            let time = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
            layout.may_hold(&Options { since: time(since), until: time(until), ..Options::default() })
        };
        assert!(wants("", "") && wants("2026-11-24T14:10:00Z", "") && wants("", "2026-11-24T13:50:00Z"));
        assert!(!wants("2026-11-24T15:00:00Z", "") && !wants("", "2026-11-22T00:00:00Z"));
        let region = |name: &str| layout.may_hold(&Options { regions: vec![name.into()], ..Options::default() });
        let account = |name: &str| layout.may_hold(&Options { accounts: vec![name.into()], ..Options::default() });
        assert!(region("us-gov-west-1") && !region("us-east-1") && account("123456789012") && !account("210987654321"));
        assert!(Layout::default().may_hold(&Options { regions: vec!["us-east-1".into()], ..Options::default() }));
    }
}
