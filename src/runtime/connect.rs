//! Reaches the accounts, and tries again until they are reached.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::mpsc::Sender;

use super::News;
use super::backoff::Backoff;
use super::clock::Clock;
use crate::app::message::Message;
use crate::app::scopes::Part;
use crate::domain::fault::{Fault, FaultKind};
use crate::port::Connected;

/// Connects to the profiles that are named, or to all for none.
pub type Connect = Arc<dyn Fn(Vec<String>) -> BoxFuture<'static, Result<Connected, Fault>> + Send + Sync>;

/// Connects, and goes on with what failed until it is mended. A wrong flag does
/// not mend, so it is told and left.
pub async fn reach(connect: Connect, clock: Clock, inbox: Sender<News>) {
    let mut backoff = Backoff::new(Duration::from_secs(2), Duration::from_mins(1));
    let mut profiles = Vec::new();
    loop {
        let (fault, rest) = match connect(profiles.clone()).await {
            Ok(mut connected) => {
                let failed = std::mem::take(&mut connected.failed);
                if inbox.send(News::Connected(connected)).await.is_err() {
                    return;
                }
                let rest: Vec<String> = failed.iter().map(|(profile, _)| profile.clone()).collect();
                let Some((_, fault)) = failed.into_iter().next() else {
                    let mended = Message::Mended { scope: None, part: Part::Identity };
                    let _ = inbox.send(News::Message(mended)).await;
                    return;
                };
                (fault, rest)
            }
            Err(fault) => (fault, profiles.clone()),
        };
        profiles = rest;
        let wait = clock.real(backoff.failed(&fault));
        let lasting = fault.kind == FaultKind::Invalid;
        let told = Message::Fault { scope: None, part: Part::Identity, fault };
        if inbox.send(News::Message(told)).await.is_err() || lasting {
            return;
        }
        tokio::time::sleep(wait).await;
    }
}
