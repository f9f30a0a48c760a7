//! What the house knows about events: a card for an event name, and the
//! sentence and the story that tell events in plain words.
//!
//! Pure: it reads no file and no clock. Cards are Markdown embedded from
//! `assets/cards/`; a user's own come in as text.

pub mod card;
mod derived;
pub mod fills;
pub mod library;
pub mod sentence;
pub mod story;

pub use card::Card;
pub use fills::Fills;
pub use library::{Library, card};
pub use sentence::sentence;
pub use story::{Story, Told, story};
