//! Instants between the SDK's type and ours.

use aws_smithy_types::DateTime;
use jiff::Timestamp;

/// Our instant as the SDK's.
pub fn date_time(at: Timestamp) -> DateTime {
    DateTime::from_secs_and_nanos(at.as_second(), u32::try_from(at.subsec_nanosecond()).unwrap_or(0))
}

/// The SDK's instant as ours; none where it lies outside of what we hold.
pub fn timestamp(at: &DateTime) -> Option<Timestamp> {
    Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).unwrap_or(0)).ok()
}
