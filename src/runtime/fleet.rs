//! Keeps the EC2 state of one Scope fresh: at the start, at each interval, and
//! whenever it is asked for.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use super::News;
use super::backoff::Backoff;
use super::clock::Clock;
use super::tray::Tray;
use crate::app::message::Message;
use crate::app::scopes::ScopeId;
use crate::port::Fleet;

/// How old the state grows by itself, in the clock's time.
const INTERVAL: Duration = Duration::from_mins(1);
/// A fast clock does not make more requests than one in so long, really.
const SHORTEST: Duration = Duration::from_secs(3);
/// The longest wait after a fault.
const LONGEST: Duration = Duration::from_mins(1);

/// Reads the state of a Scope until nobody listens any more.
pub async fn watch(id: ScopeId, fleet: Arc<dyn Fleet>, clock: Clock, asked: Arc<Tray<()>>, inbox: Sender<News>) {
    let mut backoff = Backoff::new(Duration::from_secs(2), LONGEST);
    loop {
        let result = fleet.inventory().await;
        let wait = match &result {
            Ok(_) => {
                backoff.mended();
                clock.real(INTERVAL).max(SHORTEST)
            }
            Err(fault) => clock.real(backoff.failed(fault)).max(SHORTEST),
        };
        let result = result.map(|mut inventory| {
            inventory.read_at = Some(clock.now());
            Box::new(inventory)
        });
        if inbox.send(News::Message(Message::Inventory { scope: id, result })).await.is_err() {
            return;
        }
        tokio::select! {
            () = asked.take() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}
