//! CloudTrail over the SDK: one request, one page. It keeps no pace and tries
//! nothing twice; whoever asks does.

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use futures_util::FutureExt as _;

use super::fault::Origin;
use super::time::date_time;
use crate::domain::fault::Fault;
use crate::port::{Attribute, Lookup, Page, Pending, Trail};

/// The most events that a page of LookupEvents holds.
const PAGE: i32 = 50;

/// CloudTrail of one Scope.
pub struct CloudTrail {
    client: Client,
    origin: Origin,
}

impl CloudTrail {
    /// CloudTrail through a client that does not retry.
    pub fn new(client: Client, origin: Origin) -> Self {
        Self { client, origin }
    }

    async fn page(&self, lookup: Lookup) -> Result<Page, Fault> {
        const OPERATION: &str = "cloudtrail:LookupEvents";
        let attributes = match lookup.attribute {
            Some((key, value)) => {
                let attribute = LookupAttribute::builder().attribute_key(key_of(key)).attribute_value(value).build();
                Some(vec![
                    attribute
                        .map_err(|error| self.origin.fault::<aws_sdk_cloudtrail::Error>(OPERATION, &error.into()))?,
                ])
            }
            None => None,
        };
        let answer = self
            .client
            .lookup_events()
            .set_lookup_attributes(attributes)
            .start_time(date_time(lookup.span.start))
            .end_time(date_time(lookup.span.end))
            .max_results(PAGE)
            .set_next_token(lookup.token)
            .send()
            .await
            .map_err(|error| self.origin.fault(OPERATION, &error))?;
        let records =
            answer.events.unwrap_or_default().into_iter().filter_map(|event| event.cloud_trail_event).collect();
        Ok(Page { records, token: answer.next_token.filter(|token| !token.is_empty()) })
    }
}

impl Trail for CloudTrail {
    fn lookup(&self, lookup: Lookup) -> Pending<'_, Page> {
        self.page(lookup).boxed()
    }
}

fn key_of(attribute: Attribute) -> LookupAttributeKey {
    match attribute {
        Attribute::EventId => LookupAttributeKey::EventId,
        Attribute::EventName => LookupAttributeKey::EventName,
        Attribute::ReadOnly => LookupAttributeKey::ReadOnly,
        Attribute::Username => LookupAttributeKey::Username,
        Attribute::ResourceType => LookupAttributeKey::ResourceType,
        Attribute::ResourceName => LookupAttributeKey::ResourceName,
        Attribute::EventSource => LookupAttributeKey::EventSource,
        Attribute::AccessKeyId => LookupAttributeKey::AccessKeyId,
    }
}
