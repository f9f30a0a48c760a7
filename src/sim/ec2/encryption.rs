//! Whether new volumes are encrypted unasked.

use super::state::Region;
use serde_json::{Value, json};

pub(super) fn describe(region: &Region) -> Value {
    let kind = if region.encrypts { "sse-ebs" } else { "none" };
    json!({"ebsEncryptionByDefault": region.encrypts, "sseType": kind})
}

pub(super) fn set(region: &mut Region, on: bool) -> Value {
    region.encrypts = on;
    json!({"ebsEncryptionByDefault": on})
}
