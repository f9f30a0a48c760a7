//! A record under judgement: its source and name at hand, the rest read when a
//! rule asks for it.

/// One CloudTrail record as the rules see it. The JSON text is read only as far
/// as some rule needs.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub(super) source: &'a str,
    pub(super) name: &'a str,
    pub(super) raw: &'a [u8],
}

impl<'a> Subject<'a> {
    /// The record with its `eventSource` and `eventName`, already decoded, and
    /// its own JSON text.
    pub fn new(source: &'a str, name: &'a str, raw: &'a [u8]) -> Self {
        Self { source, name, raw }
    }
}
