//! What is drawn over the panes: one thing at a time, the last on top.

use super::arming::Arming;
use super::field::Field;
use super::form::Form;
use super::page::Page;
use super::palette::Palette;
use super::prose::Line;
use super::raw::Raw;

/// One thing over the panes.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// A text: card, help, case, faults.
    Page(Page),
    /// A raw record.
    Raw(Raw),
    /// The palette.
    Palette(Palette),
    /// Arming.
    Arming(Arming),
    /// A question before something is done.
    Confirm(Confirm),
    /// A reason that is asked for.
    Reason(Reason),
    /// A form.
    Form(Form),
}

/// What is done when a question is answered with yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Run these steps of the open plan, by their place.
    Run(Vec<usize>),
    /// Try one object of a step again: the step's place, and the object's.
    Retry(usize, usize),
    /// Undo one step of the open plan, by its place; or all, the newest first.
    Undo(Option<usize>),
    /// Quit while a step is running.
    Quit,
    /// Close a plan that has run in part.
    ClosePlan,
}

/// How a question is answered with yes.
#[derive(Debug, Clone)]
pub enum Consent {
    /// By moving from Cancel, which has the focus, to the other button.
    Button {
        /// The other button has the focus.
        chosen: bool,
        /// How often it is asked again after a yes.
        more: u8,
    },
    /// By typing a text in full.
    Typed {
        /// What must be typed.
        expected: String,
        /// What is typed.
        field: Field,
    },
}

/// A question before something is done.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// What is asked.
    pub question: Question,
    /// The title.
    pub title: String,
    /// What will happen, to what, as whom.
    pub lines: Vec<Line>,
    /// The word on the button that does it.
    pub verb: &'static str,
    /// How it is answered with yes.
    pub consent: Consent,
}

impl Confirm {
    /// The answer stands at yes.
    pub fn is_given(&self) -> bool {
        match &self.consent {
            Consent::Button { chosen, .. } => *chosen,
            Consent::Typed { expected, field } => field.text().trim() == expected,
        }
    }
}

/// What a text is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Why a step is left out, by its place.
    Skip(usize),
    /// What was done by hand or decided in a step, by its place.
    ByHand(usize),
    /// Why an interrupted run is left as it stands.
    Leave,
    /// A note for the case.
    Note,
}

/// A text that goes into the journal.
#[derive(Debug, Clone)]
pub struct Reason {
    /// What it is about.
    pub about: About,
    /// The step's title, or the case.
    pub title: String,
    /// What is typed.
    pub field: Field,
}

impl Overlay {
    /// A text field in it has the focus.
    pub fn is_typing(&self) -> bool {
        match self {
            Self::Page(page) => page.find.field.is_some(),
            Self::Raw(raw) => raw.find.field.is_some(),
            Self::Palette(_) | Self::Arming(_) | Self::Reason(_) | Self::Form(_) => true,
            Self::Confirm(confirm) => matches!(confirm.consent, Consent::Typed { .. }),
        }
    }
}
