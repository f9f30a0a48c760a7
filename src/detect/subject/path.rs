//! A field of a record as rules name it.

/// A field of a record, by its place among the fields of a rule set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::detect) struct Path {
    /// Its number in the rule set.
    pub(in crate::detect) number: usize,
    /// As the rule writes it.
    pub(in crate::detect) text: Box<str>,
    pub(super) segments: Vec<Box<str>>,
    pub(super) head: Head,
}

/// Fields that every caller has at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    Source,
    Name,
    Other,
}

impl Path {
    /// A path from its dotted text.
    pub(in crate::detect) fn new(number: usize, text: &str) -> Self {
        let head = match text {
            "eventSource" => Head::Source,
            "eventName" => Head::Name,
            _ => Head::Other,
        };
        Self { number, text: text.into(), segments: text.split('.').map(Into::into).collect(), head }
    }

    /// How far into a record one must usually read for it, in no unit.
    pub(in crate::detect) fn cost(&self) -> u32 {
        match &*self.segments[0] {
            "eventSource" | "eventName" => 1,
            "errorCode" | "errorMessage" => 2,
            "userIdentity" | "eventTime" | "eventVersion" => 3,
            "awsRegion" | "sourceIPAddress" | "userAgent" => 4,
            "requestParameters" => 6,
            _ => 8,
        }
    }
}
