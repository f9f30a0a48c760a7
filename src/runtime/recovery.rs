//! What becomes of cases whose program ended in the middle of a command: they
//! are looked for when accounts are reached, and the real state of those that
//! belong to them is read. Nothing is changed in AWS by it.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use super::News;
use super::clock::Clock;
use super::docket::Docket;
use super::drive::Driver;
use super::runs::Asking;
use crate::app::interrupted::{Interrupted as Shown, Reading, Search};
use crate::app::message::Message;
use crate::app::scopes::ScopeId;
use crate::case::Case;
use crate::case::summary::Interrupted;
use crate::domain::fault::Fault;
use crate::domain::scope::short_arn;
use crate::domain::text::visible;
use crate::port::Ports;
use crate::respond::run::{Command, Run};

/// The folders of the cases that are seen to.
pub type Taken = Arc<Mutex<HashSet<PathBuf>>>;

/// Looks for interrupted cases and tells of each; of those whose account and
/// Region are among the Scopes, the real state is read, one after the other.
pub async fn look(docket: Arc<Docket>, places: Vec<Ports>, taken: Taken, clock: Clock, inbox: Sender<News>) {
    let found = tokio::task::spawn_blocking(move || docket.interrupted()).await;
    let found = match super::finished(found) {
        Some(Ok(found)) => found,
        Some(Err(fault)) => {
            return tell(&inbox, Message::Search(Search::Failed(fault))).await;
        }
        None => return,
    };
    let mut to_read = Vec::new();
    for case in found {
        let scope = &case.run.plan.scope;
        let place = places
            .iter()
            .position(|ports| ports.scope.caller.account == scope.caller.account && ports.scope.region == scope.region);
        let reading = if place.is_some() { Reading::UnderWay } else { Reading::Elsewhere };
        if place.is_some() && !taken.lock().unwrap_or_else(PoisonError::into_inner).insert(case.folder.clone()) {
            continue;
        }
        tell(&inbox, Message::Interrupted(Box::new(shown(&case, place, reading)))).await;
        if let Some(place) = place {
            to_read.push((case, place));
        }
    }
    tell(&inbox, Message::Search(Search::Done)).await;
    for (mut case, place) in to_read {
        let reading = match read(&mut case, &places[place], &clock).await {
            Ok(()) => match case.run.stopped.clone().filter(|_| case.run.is_open()) {
                Some(fault) => Reading::Failed(fault),
                None => Reading::Done,
            },
            Err(fault) => Reading::Failed(fault),
        };
        tell(&inbox, Message::Interrupted(Box::new(shown(&case, Some(place), reading)))).await;
    }
}

/// Finds out what became of the calls whose outcome was never written.
async fn read(found: &mut Interrupted, ports: &Ports, clock: &Clock) -> Result<(), Fault> {
    let folder = found.folder.clone();
    let opened = tokio::task::spawn_blocking(move || Case::open(&folder)).await;
    let Some(opened) = super::finished(opened) else { return Ok(()) };
    let mut case = opened?;
    let key = found.run.plan.key();
    if let Some(run) = case.runs().into_iter().find(|run: &Run| run.plan.key() == key) {
        found.run = run;
    }
    if !found.run.is_open() {
        // Every call that left has its outcome: there is nothing to find out.
        return Ok(());
    }
    let driver = Driver::new(ports, Asking::over(ports), clock.clone());
    let never = CancellationToken::new();
    driver.command(&mut found.run, &mut case, &Command::Recover, "", &never, &mut |_| {}).await
}

fn shown(case: &Interrupted, place: Option<usize>, reading: Reading) -> Shown {
    Shown {
        id: visible(&case.id).into_owned(),
        last: case.last,
        by: visible(short_arn(&case.by)).into_owned(),
        scope: place.and_then(|place| u16::try_from(place).ok()).map(ScopeId),
        run: Box::new(case.run.clone()),
        reading,
    }
}

async fn tell(inbox: &Sender<News>, message: Message) {
    let _ = inbox.send(News::Message(message)).await;
}
