//! What each message changes. This is the only code that changes the Model;
//! each pane has a file of its own below.

mod acts;
mod arming;
mod arrivals;
mod case;
mod consent;
mod dossier;
mod events;
mod focus;
mod form;
mod instance;
mod interrupted;
mod keys;
mod motion;
mod overlays;
mod plans;
mod reading;
mod remediation;
mod suggestions;

use jiff::{SignedDuration, Timestamp};

use super::effect::Effect;
use super::message::Message;
use super::scopes::Part;
use super::{Mode, Model, instances};
use crate::domain::finding::Severity;
use crate::domain::text::visible;

/// A critical finding on an event that is older than this rings no bell.
const FRESH: SignedDuration = SignedDuration::from_hours(1);

/// Takes one message into the Model at a time; answers what the runtime must do.
pub fn update(model: &mut Model, message: Message, now: Timestamp) -> Vec<Effect> {
    let mut out = Vec::new();
    let minute = |at: Timestamp| at.as_second().div_euclid(60);
    let mut changed = model.mode != Mode::Recorded && minute(now) != minute(model.now);
    model.now = now;
    changed |= model.notices.expire(now);
    changed |= take(model, message, &mut out);
    changed |= settle(model, &mut out);
    if changed {
        model.version += 1;
    }
    out
}

/// Takes the message; true where something that is drawn may have changed.
fn take(model: &mut Model, message: Message, out: &mut Vec<Effect>) -> bool {
    match message {
        Message::Input(input) => keys::input(model, input, out),
        Message::Tick => return false,
        Message::Scopes(scopes) => {
            model.scopes.set(scopes);
            model.stale = true;
        }
        Message::Events { scope, raws } => return arrivals::arrived(model, scope, raws, out),
        Message::Recorded(recorded) => {
            arrivals::loaded(model, recorded.batch, recorded.lessons, out);
            detected(model, recorded.findings, out);
        }
        Message::Loading(loading) => {
            if loading.finished {
                arrivals::all_loaded(model, out);
            }
            model.loading = Some(loading);
        }
        Message::Detected { findings } => return detected(model, findings, out),
        Message::Coverage { scope, coverage } => {
            let mended = model.scopes.mend(Some(scope), Part::Events);
            let Some(state) = model.scopes.get_mut(scope) else { return false };
            let changed = state.coverage != coverage || !state.heard;
            state.coverage = coverage;
            state.heard = true;
            return changed || mended;
        }
        Message::Inventory { scope, result } => {
            match result {
                Ok(inventory) => {
                    model.scopes.mend(Some(scope), Part::Fleet);
                    model.scopes.know(scope, inventory);
                }
                Err(fault) => model.scopes.fail(Some(scope), Part::Fleet, fault),
            }
            model.stale = true;
        }
        Message::Instance { scope, id, generation, result } => {
            return instance::read(model, scope, &id, generation, result, out);
        }
        Message::ConsoleOutput { id, generation, result, .. } => {
            return instance::output(model, &id, generation, result);
        }
        Message::Fault { scope, part, fault } => {
            model.scopes.fail(scope, part, fault);
            model.stale = true;
        }
        Message::Mended { scope, part } => {
            model.stale = true;
            return model.scopes.mend(scope, part);
        }
        Message::Filtered { generation, slots, bars } => {
            return arrivals::filtered(model, generation, slots, bars, out);
        }
        Message::Searched { generation, done, total } => {
            if generation != model.events.generation || !model.events.pending {
                return false;
            }
            model.events.searched = Some((done, total));
        }
        Message::Portrayed { generation, portrait } => return dossier::portrayed(model, generation, &portrait),
        Message::Told { generation, story, left_out } => {
            return dossier::told(model, generation, &story, left_out);
        }
        Message::Armed { scope, generation, result } => return arming::armed(model, scope, generation, result, out),
        Message::Checked { generation, checks } => return plans::checked(model, generation, &checks),
        Message::Run { generation, run, finished, fault } => {
            return plans::went_on(model, generation, *run, finished, fault);
        }
        Message::Endpoint(url) => model.endpoint = Some(url),
        Message::Interrupted(case) => interrupted::heard(model, *case),
        Message::Search(search) => interrupted::searched(model, search),
        Message::Case(case) => {
            model.scopes.mend(None, Part::Case);
            model.case = *case;
            case::refresh(model);
        }
        Message::Notice { text, bad } => {
            let text = visible(&text).into_owned();
            if bad {
                model.notices.warn(text, model.now);
            } else {
                model.notices.say(text, model.now);
            }
        }
    }
    true
}

fn detected(model: &mut Model, findings: Vec<crate::domain::finding::Finding>, out: &mut Vec<Effect>) -> bool {
    let fresh = model.findings.learn(&mut model.timeline, findings);
    if fresh.is_empty() {
        return false;
    }
    model.stale = true;
    let mut critical = None;
    for (slot, severity) in &fresh {
        let row = model.timeline.row(*slot);
        let (time, mine) = (row.time, row.mine);
        model.events.worsen(time, *severity);
        let recent = model.now.duration_since(time) < FRESH;
        if *severity == Severity::Critical && recent && !mine {
            critical = Some(*slot);
        }
    }
    if model.events.filter.needs_findings() {
        arrivals::refresh(model, out);
    }
    let Some(slot) = critical.filter(|_| model.mode != Mode::Recorded) else { return true };
    let row = model.timeline.row(slot);
    let title = model.findings.on(slot).first().map(|finding| finding.title.clone()).unwrap_or_default();
    let body = format!("{} by {} on {}", visible(row.name), visible(row.actor), visible(row.target));
    if model.settings.bell {
        out.push(Effect::Bell);
    }
    if model.settings.notify {
        out.push(Effect::Notify { title: visible(&title).into_owned(), body });
    }
    true
}

/// Brings what is derived up to what it is derived from; true where something changed.
fn settle(model: &mut Model, out: &mut Vec<Effect>) -> bool {
    let mut changed = arrivals::settle(model, out);
    let stale = std::mem::take(&mut model.stale);
    changed |= stale;
    let picked = events::pick(model);
    if picked || stale {
        // Another event is another question: the best answer to it is selected.
        model.remediation.chosen &= !picked;
        instance::follow(model, picked);
        suggestions::suggest(model);
    } else {
        changed |= suggestions::follow(model);
    }
    if stale && model.instance.view == super::instance::View::All {
        instances::rebuild(model);
    }
    instance::settle(model, picked || stale, out);
    events::detail(model, picked || stale);
    changed | picked
}
