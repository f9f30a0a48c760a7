//! Carries out what `update` asks for. Every task of the program belongs to
//! the one set here; nothing is awaited in place.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc::Sender;
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use super::clock::Clock;
use super::docket::Docket;
use super::drive::{Book as _, Driver};
use super::events::{self, Order};
use super::tray::Tray;
use super::{News, detection, dossier, filter, fleet, recovery, runs};
use crate::app::effect::Effect;
use crate::app::message::Message;
use crate::app::scopes::{Part, ScopeId};
use crate::detect::RuleSet;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::window::Span;
use crate::port::{Connected, Ports, Responder};
use crate::respond::plan::Plan;
use crate::respond::run::Record;

/// What of a kind is asked of a Scope at most once at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Errand {
    Instance(ScopeId),
    ConsoleOutput(ScopeId),
    Arm,
    Check(ScopeId),
}

/// One Scope as the runtime holds it.
struct Held {
    ports: Ports,
    orders: Arc<Tray<Vec<Order>>>,
    refresh: Arc<Tray<()>>,
    /// Its EC2 state is read in the background.
    fleet_watched: bool,
}

/// The runtime's hands.
pub struct Hands {
    /// Every task of the program: one that panics ends it.
    pub tasks: JoinSet<()>,
    inbox: Sender<News>,
    clock: Clock,
    window: Span,
    scopes: Vec<Held>,
    armed: HashMap<ScopeId, Arc<dyn Responder>>,
    errands: HashMap<Errand, AbortHandle>,
    filters: Arc<Tray<filter::Job>>,
    superseded: Arc<AtomicBool>,
    detections: Arc<Tray<detection::Job>>,
    docket: Arc<Docket>,
    /// Interrupted cases whose real state is read, or was.
    taken: recovery::Taken,
    stop: CancellationToken,
}

impl Hands {
    /// Hands that answer into an inbox, with their workers begun. `window` is
    /// what is looked back on at first.
    pub fn new(inbox: Sender<News>, clock: Clock, rules: RuleSet, window: Span, docket: Docket) -> Self {
        let mut tasks = JoinSet::new();
        let filters = Arc::new(Tray::new());
        let detections = Arc::new(Tray::new());
        tasks.spawn(filter::work(Arc::clone(&filters), clock.clone(), inbox.clone()));
        tasks.spawn(detection::work(Arc::clone(&detections), rules, inbox.clone()));
        Self {
            tasks,
            inbox,
            clock,
            window,
            scopes: Vec::new(),
            armed: HashMap::new(),
            errands: HashMap::new(),
            filters,
            superseded: Arc::default(),
            detections,
            docket: Arc::new(docket),
            taken: recovery::Taken::default(),
            stop: CancellationToken::new(),
        }
    }

    /// Takes over the Scopes that were reached and begins to watch them. What
    /// the Model has to be told comes back.
    pub fn connected(&mut self, connected: Connected) -> Vec<Message> {
        for ports in connected.ports {
            let Ok(place) = u16::try_from(self.scopes.len()) else { break };
            let id = ScopeId(place);
            let held =
                Held { ports, orders: Arc::new(Tray::new()), refresh: Arc::new(Tray::new()), fleet_watched: false };
            let watched = events::watch(
                id,
                Arc::clone(&held.ports.trail),
                self.window,
                self.clock.clone(),
                Arc::clone(&held.orders),
                self.inbox.clone(),
            );
            self.tasks.spawn(watched);
            let watch_fleet = held.ports.watch_fleet;
            self.scopes.push(held);
            if watch_fleet {
                self.watch_fleet(id);
            }
        }
        let places = self.scopes.iter().map(|held| held.ports.clone()).collect();
        let (docket, taken) = (Arc::clone(&self.docket), Arc::clone(&self.taken));
        self.tasks.spawn(recovery::look(docket, places, taken, self.clock.clone(), self.inbox.clone()));
        let scopes = self.scopes.iter().map(|held| held.ports.scope.clone()).collect();
        let mut messages = vec![Message::Scopes(scopes)];
        messages.extend(
            connected.endpoints.into_iter().map(|(service, url)| {
                Message::Endpoint(if service == "all" { url } else { format!("{service} {url}") })
            }),
        );
        messages
    }

    /// Begins what an effect asks for. Effects on the terminal and on the
    /// program itself are not among these: the cycle sees to them.
    pub fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Filter { generation, query, span, bars, timeline } => {
                self.superseded.store(true, Ordering::Relaxed);
                self.superseded = Arc::default();
                let superseded = Arc::clone(&self.superseded);
                self.filters.replace(filter::Job { generation, query, span, bars, timeline, superseded });
            }
            Effect::Detect { timeline, slots } => {
                self.detections.add(detection::Job { timeline, slots }, detection::Job::and);
            }
            Effect::Portray { generation, about, window, timeline } => {
                self.work(move || dossier::portray(generation, about, window, &timeline));
            }
            Effect::Tell { generation, about, window, timeline } => {
                self.work(move || dossier::tell(generation, &about, window, &timeline));
            }
            Effect::LookBack { span } => {
                self.window = span;
                for held in &self.scopes {
                    order(&held.orders, Order::LookBack(span));
                }
            }
            Effect::Ask { scope, question, span } => {
                let asked = self
                    .scopes
                    .iter()
                    .enumerate()
                    .filter(|(place, _)| scope.is_none_or(|ScopeId(wanted)| usize::from(wanted) == *place));
                for (_, held) in asked {
                    order(&held.orders, Order::Ask(question.clone(), span));
                }
            }
            Effect::ReadInventory { scope } => {
                if let Some(held) = self.held(scope) {
                    held.refresh.replace(());
                }
            }
            Effect::ReadInstance { scope, id, generation } => self.read_instance(scope, id, generation),
            Effect::ReadConsoleOutput { scope, id, generation } => self.read_console(scope, id, generation),
            Effect::Arm { scope, generation } => self.arm(scope, generation),
            Effect::Disarm => self.disarm(),
            Effect::Pin { scope, event, sentence, findings, raw } => {
                let name = format!("event-{}.json", event.id);
                let pinned = Record::Pinned { event, sentence, findings };
                self.write_down(scope, pinned, Some((name, raw)));
            }
            Effect::Note { scope, text } => self.write_down(scope, Record::Note { text }, None),
            Effect::OpenCase { id } => self.open_case(id),
            Effect::Check { scope, generation, plan } => self.check(scope, generation, plan),
            Effect::Drive { scope, generation, run, command, typed, cause } => {
                self.drive(scope, runs::Job { generation, run, command, typed, cause });
            }
            Effect::StopRun => self.stop.cancel(),
            Effect::Copy(_)
            | Effect::Bell
            | Effect::Notify { .. }
            | Effect::Redraw
            | Effect::Suspend
            | Effect::Quit => {}
        }
    }

    /// Works something out on a thread of its own; the answer goes into the inbox.
    fn work(&mut self, work: impl FnOnce() -> Message + Send + 'static) {
        let inbox = self.inbox.clone();
        self.tasks.spawn_blocking(move || {
            let _ = inbox.blocking_send(News::Message(work()));
        });
    }

    /// A caller was read again for arming: from now on there is a Responder.
    pub fn armed(&mut self, scope: ScopeId) {
        if let Some(held) = self.scopes.get(usize::from(scope.0)) {
            self.armed.insert(scope, (held.ports.arm)());
        }
    }

    /// Drops every Responder, and what would make one.
    fn disarm(&mut self) {
        self.armed.clear();
        if let Some(arming) = self.errands.remove(&Errand::Arm) {
            arming.abort();
        }
    }

    fn held(&self, ScopeId(place): ScopeId) -> Option<&Held> {
        self.scopes.get(usize::from(place))
    }

    /// Begins to read the EC2 state of a Scope, if that has not begun.
    fn watch_fleet(&mut self, scope: ScopeId) {
        let Some(held) = self.scopes.get_mut(usize::from(scope.0)) else { return };
        if !std::mem::replace(&mut held.fleet_watched, true) {
            let (fleet, refresh) = (Arc::clone(&held.ports.fleet), Arc::clone(&held.refresh));
            self.tasks.spawn(fleet::watch(scope, fleet, self.clock.clone(), refresh, self.inbox.clone()));
        }
    }

    /// Reads one instance. Where the Scope is read for its events alone, the state
    /// around the instance is read from now on, too: alone it would tell nothing.
    fn read_instance(&mut self, scope: ScopeId, id: String, generation: u64) {
        self.watch_fleet(scope);
        let Some(fleet) = self.held(scope).map(|held| Arc::clone(&held.ports.fleet)) else { return };
        let (inbox, clock) = (self.inbox.clone(), self.clock.clone());
        self.run(Errand::Instance(scope), async move {
            let result = fleet.instance(&id).await.map(|mut part| {
                part.read_at = Some(clock.now());
                Box::new(part)
            });
            let _ = inbox.send(News::Message(Message::Instance { scope, id, generation, result })).await;
        });
    }

    fn read_console(&mut self, scope: ScopeId, id: String, generation: u64) {
        let Some(fleet) = self.held(scope).map(|held| Arc::clone(&held.ports.fleet)) else { return };
        let inbox = self.inbox.clone();
        self.run(Errand::ConsoleOutput(scope), async move {
            let result = fleet.console_output(&id).await;
            let _ = inbox.send(News::Message(Message::ConsoleOutput { scope, id, generation, result })).await;
        });
    }

    fn arm(&mut self, scope: ScopeId, generation: u64) {
        let inbox = self.inbox.clone();
        let identity = self.held(scope).map(|held| Arc::clone(&held.ports.identity));
        self.run(Errand::Arm, async move {
            let result = match identity {
                Some(identity) => identity.caller().await,
                None => Err(Fault::new(FaultKind::Refused, "sts:GetCallerIdentity", "no account is connected")),
            };
            let _ = inbox.send(News::Message(Message::Armed { scope, generation, result })).await;
        });
    }

    fn check(&mut self, scope: ScopeId, generation: u64, plan: Box<Plan>) {
        let Some(ports) = self.held(scope).map(|held| held.ports.clone()) else { return };
        let (inbox, clock) = (self.inbox.clone(), self.clock.clone());
        self.run(Errand::Check(scope), runs::check(ports, clock, generation, plan, inbox));
    }

    fn drive(&mut self, scope: ScopeId, job: runs::Job) {
        let ports = self.held(scope).map(|held| held.ports.clone());
        let armed = self.armed.get(&scope).map(Arc::clone);
        // What only reads needs no arming, and gets nothing that could write.
        let reading = ports.as_ref().filter(|_| !job.command.writes()).map(|ports| runs::Asking::over(ports) as _);
        let (Some(ports), Some(responder)) = (ports, armed.or(reading)) else {
            let (inbox, refused) = (self.inbox.clone(), runs::unarmed(job));
            self.tasks.spawn(async move {
                let _ = inbox.send(News::Message(refused)).await;
            });
            return;
        };
        self.stop = CancellationToken::new();
        let driver = Driver::new(&ports, responder, self.clock.clone());
        let (docket, inbox, stop) = (Arc::clone(&self.docket), self.inbox.clone(), self.stop.clone());
        self.tasks.spawn(runs::drive(driver, docket, job, stop, inbox));
    }

    /// Writes a record of a person into the console's case, with a piece of evidence where there is one.
    fn write_down(&mut self, scope: Option<ScopeId>, record: Record, evidence: Option<(String, String)>) {
        let (docket, inbox, now) = (Arc::clone(&self.docket), self.inbox.clone(), self.clock.now());
        let held = scope.and_then(|scope| self.held(scope)).map(|held| held.ports.scope.clone());
        let (who, region) = held.map(|scope| (scope.caller.arn, scope.region)).unwrap_or_default();
        self.tasks.spawn_blocking(move || {
            let kept = docket.with(now, |case| {
                if let Some((name, text)) = &evidence {
                    case.keep_evidence(now, &who, name, text.as_bytes())?;
                }
                case.record(now, &who, &record, &region)
            });
            let message = match kept {
                Ok((_, view)) => Message::Case(Box::new(view)),
                Err(fault) => Message::Fault { scope: None, part: Part::Case, fault },
            };
            let _ = inbox.blocking_send(News::Message(message));
        });
    }

    /// Tells the Model the case that the user named, where there is one already.
    pub fn tell_named_case(&mut self) {
        let (docket, inbox) = (Arc::clone(&self.docket), self.inbox.clone());
        self.tasks.spawn_blocking(move || {
            let message = match docket.named() {
                Ok(None) => return,
                Ok(Some(view)) => Message::Case(Box::new(view)),
                Err(fault) => Message::Fault { scope: None, part: Part::Case, fault },
            };
            let _ = inbox.blocking_send(News::Message(message));
        });
    }

    fn open_case(&mut self, id: String) {
        let (docket, inbox) = (Arc::clone(&self.docket), self.inbox.clone());
        self.tasks.spawn(async move {
            let message = match runs::opened(Arc::clone(&docket), id).await {
                Ok(mut case) => Message::Case(Box::new(case.with(|case| docket.view(case)))),
                Err(fault) => Message::Fault { scope: None, part: Part::Case, fault },
            };
            let _ = inbox.send(News::Message(message)).await;
        });
    }

    /// Starts an errand; an older one of the same key is given up.
    fn run(&mut self, key: Errand, task: impl Future<Output = ()> + Send + 'static) {
        let handle = self.tasks.spawn(task);
        if let Some(older) = self.errands.insert(key, handle) {
            older.abort();
        }
    }
}

fn order(orders: &Tray<Vec<Order>>, order: Order) {
    orders.add(vec![order], |mut old, new| {
        old.extend(new);
        old
    });
}
