//! Works out the pages of actors and resources, and their stories, off the drawing thread.

use crate::app::dossier;
use crate::app::message::Message;
use crate::domain::window::Span;
use crate::trail::portrait::{About, Portrait};
use crate::trail::timeline::Timeline;

/// The page of an actor or a resource.
pub fn portray(generation: u64, about: About, window: Span, timeline: &Timeline) -> Message {
    Message::Portrayed { generation, portrait: Box::new(Portrait::of(timeline, about, window)) }
}

/// The story of an actor or a resource in a window.
pub fn tell(generation: u64, about: &About, window: Span, timeline: &Timeline) -> Message {
    let (story, left_out) = dossier::story(timeline, about, window);
    Message::Told { generation, story, left_out }
}
