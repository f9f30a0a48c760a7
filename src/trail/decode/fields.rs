//! The fields of one record, as far as the columns need them.

use std::borrow::Cow;
use std::sync::LazyLock;

use jiff::Timestamp;
use memchr::memmem::Finder;

use super::identity::Identity;
use super::payload::Ids;
use super::resources::resources;
use super::wire::Record;
use crate::domain::actor::Actor;
use crate::domain::event::{Access, Event, EventError};
use crate::domain::resource::{Resource, ResourceKind};

/// The error of a call that failed without a code.
pub const UNNAMED_ERROR: &str = "Failure";

/// The decoded fields of one record, borrowed from its bytes where they are
/// written without escapes.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    /// `eventID`.
    pub id: Cow<'a, str>,
    /// `eventTime`.
    pub time: Timestamp,
    /// `eventName`.
    pub name: Cow<'a, str>,
    /// `eventSource`.
    pub source: Cow<'a, str>,
    /// `awsRegion`, as written.
    pub region: Cow<'a, str>,
    /// `recipientAccountId`, or the identity's account.
    pub account: Cow<'a, str>,
    /// Who did it.
    pub identity: Identity<'a>,
    /// `sourceIPAddress`, as written.
    pub ip: Cow<'a, str>,
    /// `userAgent`, as written.
    pub agent: Cow<'a, str>,
    /// What the call does.
    pub access: Access,
    /// The error's code, empty where the call did not fail.
    pub error: Cow<'a, str>,
    /// The error's message.
    pub error_message: Cow<'a, str>,
    /// The ids that the event touches, most telling first.
    pub resources: Vec<(ResourceKind, Cow<'a, str>)>,
    /// A dry run: it changed nothing.
    pub dry_run: bool,
    /// This console made the call.
    pub mine: bool,
}

impl<'a> Fields<'a> {
    /// The fields of a record whose JSON has been read.
    pub(super) fn of<P: Ids<'a>>(record: Record<'a, P>) -> Result<Self, String> {
        let id = record.event_id.0;
        if id.is_empty() {
            return Err("no CloudTrail record: it has no eventID".into());
        }
        let time = instant(&record.event_time.0)
            .ok_or_else(|| format!("eventTime '{}' is no time", clip(&record.event_time.0)))?;
        let service_event = record.event_type.0 == "AwsServiceEvent";
        let insight = record.event_type.0 == "AwsCloudTrailInsight";
        let (name, source, read_only) = if insight {
            let source = record.insight.map(|insight| insight.event_source.0).unwrap_or_default();
            (Cow::Borrowed("AwsCloudTrailInsight"), source, Some(true))
        } else {
            (record.event_name.0, record.event_source.0, record.read_only.0)
        };
        if name.is_empty() {
            return Err("no CloudTrail record: it has no eventName".into());
        }
        let identity = Identity::of(record.identity.unwrap_or_default(), service_event, &source);
        let account = if record.account.0.is_empty() { identity.account.clone() } else { record.account.0 };
        let (params, response, details) = (record.params.ids(), record.response.ids(), record.service_details.ids());
        let mut error = record.error_code.0;
        let failed_sign_in = response.sign_in_failed;
        if error.is_empty() && (failed_sign_in || !record.error_message.0.is_empty()) {
            error = Cow::Borrowed(UNNAMED_ERROR);
        }
        let dry_run = error.ends_with("DryRunOperation") || params.dry_run;
        let mine = is_mine(&record.agent.0);
        let access = Access::of(&name, read_only);
        let resources = resources(&name, &source, params, response, details, record.resources);
        Ok(Self {
            id,
            time,
            name,
            source,
            region: record.region.0,
            account,
            identity,
            ip: record.ip.0,
            agent: record.agent.0,
            access,
            error,
            error_message: record.error_message.0,
            resources,
            dry_run,
            mine,
        })
    }

    /// The same fields, owned.
    pub fn to_event(&self) -> Event {
        Event {
            id: self.id.to_string(),
            time: self.time,
            name: self.name.to_string(),
            source: self.source.to_string(),
            region: self.region.to_string(),
            account: self.account.to_string(),
            actor: Actor::from(&self.identity),
            ip: self.ip.to_string(),
            agent: self.agent.to_string(),
            access: self.access,
            error: (!self.error.is_empty())
                .then(|| EventError { code: self.error.to_string(), message: self.error_message.to_string() }),
            resources: self.resources.iter().map(|(kind, id)| Resource::new(*kind, id.as_ref())).collect(),
            dry_run: self.dry_run,
            mine: self.mine,
        }
    }
}

/// The agent names this program: the SDK writes its application name as `app/stanch`.
fn is_mine(agent: &str) -> bool {
    static MARK: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("app/stanch"));
    MARK.find_iter(agent.as_bytes()).any(|at| {
        let bytes = agent.as_bytes();
        let before = at.checked_sub(1).map(|at| bytes[at]);
        let after = bytes.get(at + MARK.needle().len()).copied();
        let word = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte));
        !word(before) && !word(after)
    })
}

/// The instant that a record writes: `2023-07-10T11:42:36Z`, or any other RFC 3339 form.
pub fn instant(text: &str) -> Option<Timestamp> {
    plain_instant(text.as_bytes()).or_else(|| text.parse().ok())
}

/// The form that CloudTrail writes, read without a parser: it is met a million times.
fn plain_instant(text: &[u8]) -> Option<Timestamp> {
    let number = |range: std::ops::Range<usize>| -> Option<i64> {
        text[range].iter().try_fold(0_i64, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
    };
    if text.len() != 20
        || (text[4], text[7], text[10], text[13], text[16], text[19]) != (b'-', b'-', b'T', b':', b':', b'Z')
    {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    // Days beyond the 28th are left to the calendar of the general parser where they may not exist.
    let sure_day =
        (1..=28).contains(&day) || (day <= 30 && month != 2) || (day == 31 && [1, 3, 5, 7, 8, 10, 12].contains(&month));
    if !(1..=12).contains(&month) || !sure_day || day == 0 || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Howard Hinnant's "days from civil".
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = era * 146_097 + day_of_era - 719_468;
    Timestamp::from_second(days * 86_400 + hour * 3600 + minute * 60 + second).ok()
}

/// The start of a hostile text, for a message.
fn clip(text: &str) -> String {
    crate::domain::text::visible(&text.chars().take(40).collect::<String>()).into_owned()
}
