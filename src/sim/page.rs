//! Pages of a list: tokens that are bound to the request that they go on from.

use super::dice::Dice;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// Why a token does not lead on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is no token.
    Unreadable,
    /// It is the token of another request.
    Foreign,
}

/// What a token is bound to: the action and all its parameters but those of paging.
pub fn bound(action: &str, region: &str, params: &Value, paging: &[&str]) -> String {
    let mut params = params.clone();
    if let Some(fields) = params.as_object_mut() {
        fields.retain(|name, _| !paging.contains(&name.as_str()));
        fields.sort_keys();
    }
    format!("{action} {region} {params}")
}

/// The token that leads on from an item.
pub fn token(offset: usize, bound: &str) -> String {
    STANDARD.encode(format!("{offset}.{}", Dice::new(0, bound).hex(24)))
}

/// The item that a token leads on from.
///
/// # Errors
/// Where it is no token, or that of another request.
pub fn offset(text: &str, bound: &str) -> Result<usize, Wrong> {
    let inner = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let offset = inner.as_deref().and_then(|inner| inner.split_once('.')).and_then(|(offset, _)| offset.parse().ok());
    let offset = offset.ok_or(Wrong::Unreadable)?;
    if token(offset, bound) == text { Ok(offset) } else { Err(Wrong::Foreign) }
}

/// One page of a list from `start`, and the token of the next.
pub fn cut<T>(mut items: Vec<T>, start: usize, size: usize, bound: &str) -> (Vec<T>, Option<String>) {
    let end = start.saturating_add(size).min(items.len());
    let next = (end < items.len()).then(|| token(end, bound));
    (items.drain(start.min(end)..end).collect(), next)
}
