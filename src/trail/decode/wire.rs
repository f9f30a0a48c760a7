//! The shape of a CloudTrail record on the wire, as far as it is read.
//!
//! Lenient in every scalar: a field of an unexpected type is empty, never an
//! error. Objects of an unexpected type are left to [`super::leniency`].

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A scalar as text, borrowed where it is a string without escapes.
#[derive(Debug, Default, Clone)]
pub(super) struct Text<'a>(pub Cow<'a, str>);

/// A flag written as a boolean or as the words `true` and `false`.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Flag(pub Option<bool>);

/// A record, or the envelope around one: the fields of both, told apart by
/// which are there (CloudTrail user guide, "CloudTrail record contents").
///
/// `P` is what is read of parameters and answers: their ids, or nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "P: Deserialize<'de> + Default"))]
pub(super) struct Record<'a, P> {
    #[serde(borrow, rename = "eventID")]
    pub event_id: Text<'a>,
    #[serde(borrow, rename = "eventTime")]
    pub event_time: Text<'a>,
    #[serde(borrow, rename = "eventName")]
    pub event_name: Text<'a>,
    #[serde(borrow, rename = "eventSource")]
    pub event_source: Text<'a>,
    #[serde(borrow, rename = "eventType")]
    pub event_type: Text<'a>,
    #[serde(borrow, rename = "awsRegion")]
    pub region: Text<'a>,
    #[serde(borrow, rename = "recipientAccountId")]
    pub account: Text<'a>,
    #[serde(borrow, rename = "sourceIPAddress")]
    pub ip: Text<'a>,
    #[serde(borrow, rename = "userAgent")]
    pub agent: Text<'a>,
    #[serde(borrow, rename = "errorCode")]
    pub error_code: Text<'a>,
    #[serde(borrow, rename = "errorMessage")]
    pub error_message: Text<'a>,
    #[serde(rename = "readOnly")]
    pub read_only: Flag,
    #[serde(borrow, rename = "userIdentity")]
    pub identity: Option<UserIdentity<'a>>,
    #[serde(rename = "requestParameters")]
    pub params: P,
    #[serde(rename = "responseElements")]
    pub response: P,
    #[serde(rename = "serviceEventDetails")]
    pub service_details: P,
    #[serde(borrow)]
    pub resources: Option<Vec<Touched<'a>>>,
    #[serde(borrow, rename = "insightDetails")]
    pub insight: Option<Insight<'a>>,

    // Of envelopes.
    /// An EventBridge event's payload.
    #[serde(borrow)]
    pub detail: Option<&'a RawValue>,
    /// An EventBridge event's kind.
    #[serde(borrow, rename = "detail-type")]
    pub detail_type: Text<'a>,
    /// The record as a JSON string, in an event of LookupEvents.
    #[serde(borrow, rename = "CloudTrailEvent")]
    pub lookup: Option<&'a RawValue>,
    /// The list of a log file as S3 delivers it.
    #[serde(borrow, rename = "Records")]
    pub records: Option<&'a RawValue>,
    /// The list of a LookupEvents answer.
    #[serde(borrow, rename = "Events")]
    pub events: Option<&'a RawValue>,
    /// Only digest files have it.
    #[serde(borrow, rename = "digestStartTime")]
    pub digest: Text<'a>,
}

/// `userIdentity` (CloudTrail user guide, "userIdentity element").
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct UserIdentity<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
    #[serde(borrow)]
    pub principal_id: Text<'a>,
    #[serde(borrow)]
    pub arn: Text<'a>,
    #[serde(borrow)]
    pub account_id: Text<'a>,
    #[serde(borrow)]
    pub access_key_id: Text<'a>,
    #[serde(borrow)]
    pub user_name: Text<'a>,
    #[serde(borrow)]
    pub invoked_by: Text<'a>,
    #[serde(borrow)]
    pub session_context: Option<SessionContext<'a>>,
    #[serde(borrow)]
    pub on_behalf_of: Option<OnBehalfOf<'a>>,
}

/// `sessionContext` of an identity with temporary credentials.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SessionContext<'a> {
    #[serde(borrow)]
    pub session_issuer: Option<SessionIssuer<'a>>,
    #[serde(borrow)]
    pub attributes: Option<Attributes<'a>>,
    #[serde(borrow)]
    pub source_identity: Text<'a>,
}

/// The role or user that issued the session.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SessionIssuer<'a> {
    #[serde(borrow)]
    pub arn: Text<'a>,
    #[serde(borrow)]
    pub user_name: Text<'a>,
}

/// Attributes of the session.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Attributes<'a> {
    #[serde(borrow)]
    pub creation_date: Text<'a>,
    pub mfa_authenticated: Flag,
}

/// The Identity Center user behind a call.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct OnBehalfOf<'a> {
    #[serde(borrow)]
    pub user_id: Text<'a>,
}

/// One entry of `resources[]`: an object, or its ARN alone as EventBridge writes it.
#[derive(Debug, Default)]
pub(super) struct Touched<'a> {
    /// Its `ARN`.
    pub arn: Text<'a>,
    /// Its `type`.
    pub kind: Text<'a>,
}

/// What an Insights event is about.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Insight<'a> {
    #[serde(borrow)]
    pub event_source: Text<'a>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor).map(Self)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(if value { "true" } else { "false" }))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_string()))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Cow::Borrowed(""))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Cow::Borrowed(""))
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_any(TextVisitor)?;
        Ok(Self(match text.as_ref() {
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            _ => None,
        }))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Touched<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TouchedVisitor)
    }
}

struct TouchedVisitor;

impl<'de> Visitor<'de> for TouchedVisitor {
    type Value = Touched<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a resource")
    }

    fn visit_borrowed_str<E: Error>(self, arn: &'de str) -> Result<Self::Value, E> {
        Ok(Touched { arn: Text(Cow::Borrowed(arn)), ..Touched::default() })
    }

    fn visit_str<E: Error>(self, arn: &str) -> Result<Self::Value, E> {
        Ok(Touched { arn: Text(Cow::Owned(arn.to_owned())), ..Touched::default() })
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Touched::default())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Touched::default())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Touched::default())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Touched::default())
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Touched::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Touched::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut touched = Touched::default();
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match key.0.as_ref() {
                "ARN" | "arn" => touched.arn = map.next_value()?,
                "type" => touched.kind = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(touched)
    }
}
