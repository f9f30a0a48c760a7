//! What `update` asks the runtime to do. Every effect that is answered carries
//! a generation, which the answer brings back; a newer effect of the same kind
//! supersedes the older one, and the Model drops the answers to those.

use super::scopes::ScopeId;
use crate::domain::event::Event;
use crate::domain::finding::Finding;
use crate::domain::window::Span;
use crate::respond::plan::Plan;
use crate::respond::run::{Command, Run};
use crate::trail::portrait::About;
use crate::trail::query::Query;
use crate::trail::timeline::{Slot, Timeline};

/// The user's own lookup: the one attribute that a request may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Everything that an access key did.
    AccessKey(String),
    /// Everything that happened to a resource.
    Resource(String),
    /// Everything that a user or a session of that name did.
    User(String),
}

/// The event that a plan was made from, as a case keeps it.
#[derive(Debug, Clone)]
pub struct Cause {
    /// Its handle.
    pub slot: Slot,
    /// The event.
    pub event: Box<Event>,
    /// It in a sentence.
    pub sentence: String,
    /// The findings on it.
    pub findings: Vec<Finding>,
    /// The record as it was.
    pub raw: String,
}

/// One thing for the runtime to do.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Filter a snapshot of the Timeline off the drawing thread, and count its
    /// bars; answered by `Filtered`, with `Searched` on the way where the query
    /// needs raw records.
    Filter {
        /// Brought back by the answer.
        generation: u64,
        /// The whole filter.
        query: Query,
        /// Only events in it.
        span: Span,
        /// How many bars the histogram has.
        bars: usize,
        /// The snapshot.
        timeline: Timeline,
    },
    /// Evaluate the rules on events that are new; answered by `Detected`.
    Detect {
        /// A snapshot that holds them.
        timeline: Timeline,
        /// Which.
        slots: Vec<Slot>,
    },
    /// Look through a snapshot for all that is known of an actor or a resource;
    /// answered by `Portrayed`.
    Portray {
        /// Brought back by the answer.
        generation: u64,
        /// Who or what.
        about: About,
        /// What "new" is about.
        window: Span,
        /// The snapshot.
        timeline: Timeline,
    },
    /// Tell the events of an actor or a resource in a window as a story;
    /// answered by `Told`.
    Tell {
        /// Brought back by the answer.
        generation: u64,
        /// Who or what.
        about: About,
        /// The window.
        window: Span,
        /// The snapshot.
        timeline: Timeline,
    },
    /// The window grew: fetch events back to the span's start, in every Scope.
    LookBack {
        /// The window.
        span: Span,
    },
    /// Look one thing up in CloudTrail, ahead of everything else; answered by `Events`.
    Ask {
        /// Where; none for every Scope.
        scope: Option<ScopeId>,
        /// What.
        question: Question,
        /// Of when.
        span: Span,
    },
    /// Read the EC2 state of a Scope; answered by `Inventory`.
    ReadInventory {
        /// Which.
        scope: ScopeId,
    },
    /// Read one instance afresh; answered by `Instance`.
    ReadInstance {
        /// Where.
        scope: ScopeId,
        /// Which.
        id: String,
        /// Brought back by the answer.
        generation: u64,
    },
    /// Read an instance's console output; answered by `ConsoleOutput`.
    ReadConsoleOutput {
        /// Where.
        scope: ScopeId,
        /// Which.
        id: String,
        /// Brought back by the answer.
        generation: u64,
    },
    /// Make a Responder for a Scope and re-read its caller; answered by `Armed`.
    /// Nothing can be changed in AWS before it.
    Arm {
        /// Where.
        scope: ScopeId,
        /// Brought back by the answer.
        generation: u64,
    },
    /// Drop every Responder.
    Disarm,
    /// Ask whether the calls of a plan are permitted; answered by `Checked`.
    /// Dry runs and policy simulation only: nothing is changed.
    Check {
        /// Where.
        scope: ScopeId,
        /// Brought back by the answer.
        generation: u64,
        /// The plan.
        plan: Box<Plan>,
    },
    /// Carry a command of a run out: run steps, undo, verify, skip. One that may
    /// change something is given out only while armed for the Scope. Answered by
    /// `Run` after each change.
    Drive {
        /// Where.
        scope: ScopeId,
        /// Brought back by the answers.
        generation: u64,
        /// The run as the console has it.
        run: Box<Run>,
        /// What to do.
        command: Command,
        /// What the user typed to confirm it, empty for nothing.
        typed: String,
        /// The event that the plan was made from: it is pinned when the case opens.
        cause: Option<Box<Cause>>,
    },
    /// Stop the run after the call that is under way.
    StopRun,
    /// Keep an event as evidence in the case, which is opened if need be; answered by `Case`.
    Pin {
        /// Where it happened, if that Scope is read.
        scope: Option<ScopeId>,
        /// The event.
        event: Box<Event>,
        /// It in a sentence.
        sentence: String,
        /// The findings on it.
        findings: Vec<Finding>,
        /// The record as it was.
        raw: String,
    },
    /// Write a note into the case, which is opened if need be; answered by `Case`.
    Note {
        /// Who writes: the caller of this Scope, if one is read.
        scope: Option<ScopeId>,
        /// What.
        text: String,
    },
    /// Open the case of that id, to go on with it; answered by `Case`.
    OpenCase {
        /// The id that its plan speaks of.
        id: String,
    },
    /// Put a text on the terminal's clipboard (OSC 52).
    Copy(String),
    /// Ring once.
    Bell,
    /// A desktop notification, where the terminal takes one.
    Notify {
        /// The title: hostile text is already visible.
        title: String,
        /// The body: hostile text is already visible.
        body: String,
    },
    /// Clear and draw anew.
    Redraw,
    /// Suspend to the shell (`ctrl-z`).
    Suspend,
    /// End the program.
    Quit,
}

impl Effect {
    /// Carrying it out may change something in AWS.
    pub fn writes(&self) -> bool {
        matches!(self, Self::Drive { command, .. } if command.writes())
    }
}
