//! What the terminal sends, read in a task of its own.
//!
//! crossterm's stream keeps the first waker that polls it until an event
//! comes, so it must be polled by one task and from one place alone.

use std::io;

use crossterm::event::{Event, EventStream};
use futures_util::{Stream, StreamExt as _, stream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Keys that may wait to be taken in: more than anybody types ahead.
const AHEAD: usize = 256;

/// Begins to read the terminal. The stream ends where the terminal does.
pub fn listen(tasks: &mut JoinSet<()>) -> impl Stream<Item = io::Result<Event>> + Unpin + use<> {
    let (sender, mut receiver) = mpsc::channel(AHEAD);
    let mut events = EventStream::new();
    tasks.spawn(async move {
        while let Some(event) = events.next().await {
            if sender.send(event).await.is_err() {
                return;
            }
        }
    });
    stream::poll_fn(move |context| receiver.poll_recv(context))
}
