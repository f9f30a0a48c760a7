//! A console with the hands of a runtime: messages in, effects out, and the
//! answers that a test gives.

use std::sync::Arc;

use jiff::Timestamp;
use stanch::app::input::{Chord, Input};
use stanch::app::{Effect, Message, Mode, Model, ScopeId, Settings, Start, update};
use stanch::domain::fault::Fault;
use stanch::respond::plan::Plan;
use stanch::respond::playbook::Catalogue;
use stanch::respond::run::{At, ChangeStatus, Command, Record as Entry, Run};
use stanch::trail::histogram;
use stanch::trail::portrait::Portrait;

use crate::world::{at, findings, inventory, records, scopes};

/// A console with the hands of a runtime that answers only what the event engine is asked.
pub struct Desk {
    pub model: Model,
    pub now: Timestamp,
    /// Effects that nobody has answered.
    pub effects: Vec<Effect>,
}

impl Desk {
    /// A live console that has heard nothing.
    pub fn empty(columns: u16, rows: u16) -> Self {
        Self::start(Mode::Live, columns, rows, Settings::default())
    }

    pub fn start(mode: Mode, columns: u16, rows: u16, settings: Settings) -> Self {
        let now = at("14:02:07");
        let scopes = if mode == Mode::Recorded { Vec::new() } else { scopes() };
        let start = Start {
            mode,
            now,
            size: (columns, rows),
            scopes,
            endpoint: None,
            settings,
            catalogue: Arc::new(Catalogue::builtin()),
        };
        Self { model: Model::new(start), now, effects: Vec::new() }
    }

    /// A live console that has heard everything.
    pub fn full(columns: u16, rows: u16) -> Self {
        let mut desk = Self::empty(columns, rows);
        desk.hear_all();
        desk
    }

    pub fn hear_all(&mut self) {
        self.send(Message::Inventory { scope: ScopeId(0), result: Ok(Box::new(inventory())) });
        self.send(Message::Events { scope: ScopeId(0), raws: records() });
        self.send(Message::Detected { findings: findings() });
        self.effects.clear();
    }

    /// Sends a message; answers what the event engine is asked at once.
    pub fn send(&mut self, message: Message) -> &mut Self {
        let mut waiting = update(&mut self.model, message, self.now);
        while !waiting.is_empty() {
            let mut next = Vec::new();
            for effect in waiting {
                match effect {
                    Effect::Filter { generation, query, span, bars, timeline } => {
                        let mut slots = query.select(&timeline, self.now);
                        slots.retain(|slot| timeline.time(*slot).is_some_and(|at| span.contains(at)));
                        let bars = histogram::bars(&timeline, &slots, span, bars);
                        let answer = Message::Filtered { generation, slots, bars };
                        next.extend(update(&mut self.model, answer, self.now));
                    }
                    Effect::Portray { generation, about, window, timeline } => {
                        let portrait = Box::new(Portrait::of(&timeline, about, window));
                        next.extend(update(&mut self.model, Message::Portrayed { generation, portrait }, self.now));
                    }
                    Effect::Tell { generation, about, window, timeline } => {
                        let (story, left_out) = stanch::app::dossier::story(&timeline, &about, window);
                        let answer = Message::Told { generation, story, left_out };
                        next.extend(update(&mut self.model, answer, self.now));
                    }
                    other => self.effects.push(other),
                }
            }
            waiting = next;
        }
        self
    }

    /// Presses keys, written with spaces between them: `j j enter ctrl-d`.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            let chord: Chord = key.parse().unwrap();
            self.send(Message::Input(Input::Key(chord)));
        }
        self
    }

    /// Types a text.
    pub fn type_text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.send(Message::Input(Input::Key(Chord::char(c))));
        }
        self
    }

    /// Lets time pass and sends a tick.
    pub fn wait(&mut self, seconds: i64) -> &mut Self {
        self.now = self.now.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap();
        self.send(Message::Tick)
    }

    /// Takes what effects there are, in words.
    pub fn took(&mut self) -> Vec<String> {
        self.effects.drain(..).map(|effect| words(&effect)).collect()
    }

    /// The name of the selected event.
    pub fn selected(&self) -> String {
        self.model.selected().map(|slot| self.model.timeline.row(slot).name.to_owned()).unwrap_or_default()
    }
}

/// An effect in words, without snapshots and generations.
pub fn words(effect: &Effect) -> String {
    let text = format!("{effect:?}");
    match effect {
        Effect::Detect { slots, .. } => format!("Detect {}", slots.len()),
        Effect::Filter { query, .. } => format!("Filter {}", query.text()),
        Effect::LookBack { span } => format!("LookBack to {}", span.start),
        Effect::Ask { question, .. } => format!("Ask {question:?}"),
        Effect::ReadInstance { id, .. } => format!("ReadInstance {id}"),
        Effect::ReadConsoleOutput { id, .. } => format!("ReadConsoleOutput {id}"),
        Effect::Arm { scope, .. } => format!("Arm {}", scope.0),
        Effect::Copy(text) => format!("Copy {text}"),
        Effect::Pin { event, .. } => format!("Pin {}", event.id),
        _ => text.split([' ', '{']).next().unwrap_or_default().to_owned(),
    }
}

impl Desk {
    /// Arms as a user does, and answers as a runtime does; says nothing of why an open plan is carried out.
    pub fn arm(&mut self) -> &mut Self {
        self.only_arm();
        let asks = self.model.remediation.plan.as_ref().is_some_and(|plan| !plan.asked_why);
        self.press(if asks { "w enter enter" } else { "" })
    }

    /// Arms as a user does, and answers as a runtime does.
    pub fn only_arm(&mut self) -> &mut Self {
        self.press("W").type_text("prod-eu").press("enter");
        let Some(Effect::Arm { scope, generation }) = self.effects.pop() else { panic!("arming was not asked for") };
        self.send(Message::Armed { scope, generation, result: Ok(scopes()[0].caller.clone()) });
        self.wait(10)
    }

    /// Opens the plan of a playbook for the web server.
    pub fn open_plan(&mut self, playbook: &str) -> &mut Self {
        self.press("g r");
        let wanted = |desk: &Self| {
            let pane = &desk.model.remediation;
            pane.suggestions.get(pane.cursor).is_some_and(|chosen| chosen.playbook == playbook)
        };
        for _ in 0..20 {
            if wanted(self) {
                break;
            }
            self.press("j");
        }
        assert!(wanted(self), "{playbook} is not offered");
        self.press("enter")
    }

    /// The run of the open plan.
    pub fn run(&self) -> Run {
        (*self.model.remediation.plan.as_ref().unwrap().run).clone()
    }

    /// The command that was given out last, and its generation.
    pub fn driven(&mut self) -> Option<(u64, Command, String)> {
        match self.effects.pop() {
            Some(Effect::Drive { generation, command, typed, .. }) => Some((generation, command, typed)),
            _ => None,
        }
    }

    /// Tells how far the run has come: the steps that are done, and one change that failed.
    pub fn tell(&mut self, generation: u64, done: &[&str], failed: Option<(&str, Fault)>, finished: bool) -> &mut Self {
        let plan = self.run().plan;
        let mut records = vec![Entry::Plan(Box::new(plan.clone()))];
        for id in done {
            let (step, planned) = plan.step(id).unwrap();
            if planned.changes.is_empty() {
                let name = format!("{id}.json");
                records.push(Entry::Evidence {
                    step: Some(step),
                    file: format!("evidence/{name}"),
                    name,
                    sha256: "0".repeat(64),
                    bytes: 100,
                });
                records.push(Entry::Recorded { step });
                records.push(Entry::Acknowledged { step: (*id).into(), note: "done".into(), by_user: true });
            }
            for change in 0..planned.changes.len() {
                records.extend(settled(&plan, At { step, change, back: false }, ChangeStatus::Done));
            }
        }
        if let Some((id, fault)) = failed {
            let (step, planned) = plan.step(id).unwrap();
            let last = planned.changes.len() - 1;
            for change in 0..last {
                records.extend(settled(&plan, At { step, change, back: false }, ChangeStatus::Done));
            }
            records.extend(settled(&plan, At { step, change: last, back: false }, ChangeStatus::Failed(fault.clone())));
            records.push(Entry::Stopped { fault });
        }
        let now = self.now;
        let run = Run::of_records(records.iter().map(|record| (record, now))).pop().unwrap();
        self.send(Message::Run { generation, run: Box::new(run), finished, fault: None })
    }
}

fn settled(plan: &Plan, at: At, status: ChangeStatus) -> Vec<Entry> {
    let change = &plan.steps[at.step].changes[at.change];
    let fact = (status == ChangeStatus::Done).then(|| change.wanted.clone());
    let before = change.before.clone().map(|fact| Entry::Before { at, fact });
    let call = change.calls().into_iter().next().map(|call| Entry::Intent { at, call: Box::new(call) });
    before.into_iter().chain(call).chain([Entry::Settled { at, status, fact }]).collect()
}
