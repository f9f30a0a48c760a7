//! How often CloudTrail lets itself be asked: LookupEvents twice a second in each
//! Region, other reads ten times, whoever asks.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// Token buckets per Region, over simulated time.
#[derive(Debug, Default)]
pub struct Pace {
    buckets: BTreeMap<(String, bool), Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Timestamp,
}

impl Pace {
    /// Full buckets.
    pub fn new() -> Pace {
        Pace::default()
    }

    /// Takes one token; false means that the request is one too many.
    pub fn take(&mut self, action: &str, region: &str, now: Timestamp) -> bool {
        let lookup = action == "LookupEvents";
        let rate = if lookup { 2.0 } else { 10.0 };
        let bucket = self.buckets.entry((region.to_owned(), lookup)).or_insert(Bucket { tokens: rate, filled: now });
        let elapsed = now.duration_since(bucket.filled).as_secs_f64().max(0.0);
        bucket.tokens = (bucket.tokens + elapsed * rate).min(rate);
        bucket.filled = bucket.filled.max(now);
        if bucket.tokens < 1.0 {
            return false;
        }
        bucket.tokens -= 1.0;
        true
    }
}
