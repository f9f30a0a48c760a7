//! Anything that changes the Model.

use super::case::CaseView;
use super::input::Input;
use super::interrupted::{Interrupted, Search};
use super::scopes::{Part, ScopeId};
use crate::domain::fault::Fault;
use crate::domain::finding::Finding;
use crate::domain::inventory::Inventory;
use crate::domain::scope::{Caller, Scope};
use crate::knowledge::Told;
use crate::respond::check::StepCheck;
use crate::respond::run::Run;
use crate::trail::coverage::Coverage;
use crate::trail::decode::Batch;
use crate::trail::histogram::Bar;
use crate::trail::portrait::Portrait;
use crate::trail::session::Lesson;
use crate::trail::timeline::Slot;

/// How far the load of recorded logs has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loading {
    /// Files read to their end.
    pub files_done: usize,
    /// Files that there are.
    pub files_total: usize,
    /// Bytes read, as they lie on disk.
    pub bytes: u64,
    /// Records that could not be read, each with its place and why; the first few.
    pub broken: Vec<String>,
    /// How many there are of them.
    pub broken_total: usize,
    /// Files that hold no CloudTrail records, each with why.
    pub passed_over: Vec<String>,
    /// Nothing more comes.
    pub finished: bool,
}

/// Recorded events, decoded and judged where they were read: a record is not read twice.
#[derive(Debug, Default)]
pub struct Recorded {
    /// The events.
    pub batch: Batch,
    /// What they tell of sessions that were opened.
    pub lessons: Vec<Lesson>,
    /// What the rules found in them.
    pub findings: Vec<Finding>,
}

/// One thing that happened.
#[derive(Debug)]
pub enum Message {
    /// The terminal sent something.
    Input(Input),
    /// A deadline of the Model has come.
    Tick,
    /// The Scopes that are read, in order; the list only grows.
    Scopes(Vec<Scope>),
    /// Live records of a Scope, in any order; known ones are dropped.
    Events {
        /// Where they come from.
        scope: ScopeId,
        /// The records as JSON text.
        raws: Vec<String>,
    },
    /// Recorded events, with what was read off them on the way.
    Recorded(Box<Recorded>),
    /// The load of recorded logs went on, or came to its end.
    Loading(Loading),
    /// Findings on events: the answer to `Detect`, whole or in parts.
    Detected {
        /// The findings.
        findings: Vec<Finding>,
    },
    /// What spans of a Scope's events are known now.
    Coverage {
        /// Which Scope.
        scope: ScopeId,
        /// The spans.
        coverage: Coverage,
    },
    /// The EC2 state of a Scope.
    Inventory {
        /// Which Scope.
        scope: ScopeId,
        /// The state, or why there is none.
        result: Result<Box<Inventory>, Fault>,
    },
    /// One instance, fresh: the answer to `ReadInstance`.
    Instance {
        /// Which Scope.
        scope: ScopeId,
        /// The instance.
        id: String,
        /// As the effect had it.
        generation: u64,
        /// Its part of the EC2 state, or why there is none.
        result: Result<Box<Inventory>, Fault>,
    },
    /// Console output: the answer to `ReadConsoleOutput`.
    ConsoleOutput {
        /// Which Scope.
        scope: ScopeId,
        /// The instance.
        id: String,
        /// As the effect had it.
        generation: u64,
        /// The text, empty where there is none yet, or why it cannot be read.
        result: Result<String, Fault>,
    },
    /// Something fails: it is drawn in the pane of its part until it is mended.
    Fault {
        /// Which Scope, none for all.
        scope: Option<ScopeId>,
        /// Which part.
        part: Part,
        /// What fails.
        fault: Fault,
    },
    /// What failed works again, where no answer of its own says so.
    Mended {
        /// Which Scope, none for all.
        scope: Option<ScopeId>,
        /// Which part.
        part: Part,
    },
    /// The answer to `Filter`.
    Filtered {
        /// As the effect had it.
        generation: u64,
        /// The events that pass and lie in the span, ascending in time.
        slots: Vec<Slot>,
        /// Their histogram over the span.
        bars: Vec<Bar>,
    },
    /// A search through raw records has come so far.
    Searched {
        /// As the effect had it.
        generation: u64,
        /// Records searched.
        done: usize,
        /// Records to search.
        total: usize,
    },
    /// The answer to `Portray`.
    Portrayed {
        /// As the effect had it.
        generation: u64,
        /// What is known.
        portrait: Box<Portrait>,
    },
    /// The answer to `Tell`.
    Told {
        /// As the effect had it.
        generation: u64,
        /// The lines of the story.
        story: Vec<Told>,
        /// Earlier events of the window that are not in it.
        left_out: usize,
    },
    /// The answer to `Arm`: the caller as it has just been read again.
    Armed {
        /// Which Scope.
        scope: ScopeId,
        /// As the effect had it.
        generation: u64,
        /// The caller, or why it could not be read.
        result: Result<Caller, Fault>,
    },
    /// The answer to `Check`: what was found for each step of the plan.
    Checked {
        /// As the effect had it.
        generation: u64,
        /// What was found, for the steps that there was something to ask about.
        checks: Vec<StepCheck>,
    },
    /// A command of a run went on, or came to its end.
    Run {
        /// As the effect had it.
        generation: u64,
        /// The run as it stands.
        run: Box<Run>,
        /// Nothing more comes of the command.
        finished: bool,
        /// Why the command was refused, or ended early, where the run does not say it.
        fault: Option<Fault>,
    },
    /// Where requests go in place of AWS's own endpoints.
    Endpoint(String),
    /// A case of before that was interrupted: found, or its real state read.
    Interrupted(Box<Interrupted>),
    /// The search for interrupted cases went on, or came to its end.
    Search(Search),
    /// The case has changed.
    Case(Box<CaseView>),
    /// The runtime tells something.
    Notice {
        /// One line.
        text: String,
        /// It tells of something that went wrong.
        bad: bool,
    },
}
