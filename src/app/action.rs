//! The one table of actions: name, chords, context, help line. The keymap, the
//! help overlay, the footer, the palette and the configuration all read it.

use super::input::{Chord, Key};

/// Where an action is meant. A chord is looked up in the contexts that have the
/// focus, innermost first, and in [`Context::Global`] last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// Everywhere but in a text field.
    Global,
    /// The list of events.
    Events,
    /// The detail of one event.
    Detail,
    /// The list of findings.
    Findings,
    /// The instance pane, one instance.
    Instance,
    /// The list of all instances.
    Instances,
    /// The remediation pane, its suggestions.
    Suggestions,
    /// A plan, before and while it runs.
    Plan,
    /// A text over the panes: card, raw record, help, case.
    Text,
}

impl Context {
    /// All contexts, in the order in which help shows them.
    pub const ALL: [Self; 9] = [
        Self::Events,
        Self::Detail,
        Self::Findings,
        Self::Instance,
        Self::Instances,
        Self::Suggestions,
        Self::Plan,
        Self::Text,
        Self::Global,
    ];

    /// The context in words, and in the configuration's `[keys.…]` tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Global => "everywhere",
            Self::Events => "events",
            Self::Detail => "detail",
            Self::Findings => "findings",
            Self::Instance => "instance",
            Self::Instances => "instances",
            Self::Suggestions => "suggestions",
            Self::Plan => "plan",
            Self::Text => "text",
        }
    }
}

/// Declares the actions and their table in one place.
macro_rules! actions {
    ($( $variant:ident $name:literal [$($context:ident),+] [$($chord:expr),*] $label:literal $help:literal; )+) => {
        /// A named intent of the user.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {
            $( #[doc = $help] $variant, )+
        }

        /// The table, in the order in which help and palette show it.
        pub const ACTIONS: &[Entry] = &[
            $( Entry {
                action: Action::$variant,
                name: $name,
                contexts: &[$(Context::$context),+],
                chords: &[$($chord),*],
                label: $label,
                help: $help,
            }, )+
        ];
    };
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The intent.
    pub action: Action,
    /// Its name in the configuration and in the palette.
    pub name: &'static str,
    /// Where it is meant.
    pub contexts: &'static [Context],
    /// The chords that it has unless the configuration says otherwise.
    pub chords: &'static [Chord],
    /// One word for the footer, empty where the footer does not show it.
    pub label: &'static str,
    /// One line of help.
    pub help: &'static str,
}

const fn c(c: char) -> Chord {
    Chord::char(c)
}

const fn k(key: Key) -> Chord {
    Chord::plain(key)
}

actions! {
    Down "down" [Global] [c('j'), k(Key::Down)] "" "move down";
    Up "up" [Global] [c('k'), k(Key::Up)] "" "move up";
    Top "top" [Global] [c('g'), k(Key::Home)] "" "to the first line; in the event list: to the newest, and follow";
    Bottom "bottom" [Global] [c('G'), k(Key::End)] "" "to the last line";
    HalfDown "half-page-down" [Global] [Chord::ctrl('d')] "" "half a page down, and never anything else";
    HalfUp "half-page-up" [Global] [Chord::ctrl('u')] "" "half a page up";
    PageDown "page-down" [Global] [k(Key::PageDown)] "" "a page down";
    PageUp "page-up" [Global] [k(Key::PageUp)] "" "a page up";
    Open "open" [Events, Findings, Instances, Suggestions, Detail] [k(Key::Enter)] "open" "open what is selected";
    Filter "filter" [Events, Detail, Findings, Instance, Instances, Suggestions] [c('/')] "filter" "filter the events, with completion and history";
    NextFinding "next-finding" [Events, Detail] [c('f')] "finding" "next finding";
    Remediate "remediate" [Events, Detail, Findings, Instance, Instances, Suggestions] [c('r')] "remediate" "remediate the selection";
    Explain "explain" [Events, Detail, Findings] [c('x')] "explain" "explain: the card of this event";
    Raw "raw" [Events, Detail, Findings] [c('o')] "raw" "the raw record";
    WritesOnly "writes-only" [Events, Detail] [c('m')] "writes" "only calls that write, on and off";
    Freeze "freeze" [Events, Detail, Findings] [c(' ')] "freeze" "freeze the list; what comes waits and is counted";
    RunPlan "run" [Plan] [k(Key::Enter)] "run" "run the next step, or what is chosen, after a confirmation";
    Check "check" [Plan] [c('d')] "check" "check permissions: dry runs and policy simulation, nothing is changed";
    Verify "verify" [Plan] [c('v')] "verify" "read back again whether the step did what it should";
    RunStep "run-step" [Plan] [c('n')] "step" "run the selected step alone, after a confirmation";
    Retry "retry" [Plan] [c('R')] "" "try one object of the selected step again: h and l select it";
    NextObject "next-object" [Plan] [c('l'), k(Key::Right)] "" "next object of the selected step";
    PreviousObject "previous-object" [Plan] [c('h'), k(Key::Left)] "" "previous object of the selected step";
    SkipStep "skip" [Plan] [c('s')] "skip" "skip the selected step, with a reason";
    Undo "undo" [Plan] [c('u')] "undo" "undo what was done, newest step first";
    UndoStep "undo-step" [Plan] [c('U')] "" "undo the selected step alone";
    Leave "leave" [Plan] [c('L')] "" "leave an interrupted run as it stands, with a reason: it is not offered again";
    ChooseStep "choose" [Plan] [c(' ')] "choose" "choose the selected step, or leave it out";
    SetChoices "set" [Plan] [c('e')] "set" "set what the selected step leaves to choose, until it has run";
    Why "why" [Plan] [c('w')] "why" "say why it is done: reason and ticket, until a step has run";
    CancelRun "stop-run" [Plan] [c('X')] "stop" "stop the run after the call that is under way";
    PreviousTab "previous-tab" [Instance] [c('h'), k(Key::Left)] "" "previous page of the instance";
    NextTab "next-tab" [Instance] [c('l'), k(Key::Right)] "pages" "next page of the instance";
    NextInstance "next-instance" [Instance] [c('n')] "" "next instance that the selected event reaches";
    PreviousInstance "previous-instance" [Instance] [c('N')] "" "the instance before";
    Instances "instances" [Events, Detail, Findings, Instance, Instances, Suggestions] [c('I')] "instances" "all instances, most exposed first";
    SortInstances "sort" [Instances] [c('s')] "sort" "sort by exposure, findings, name, launch";
    Refresh "refresh" [Instance, Instances] [c('R')] "" "read the instance again, now";
    Back "back" [Global] [k(Key::Esc)] "" "back one level: text, filter, overlay, view";
    Close "close" [Global] [c('q')] "" "back one level; at the top: quit";
    Find "find" [Text] [c('/')] "find" "find in this text";
    NextMatch "next-match" [Text] [c('n')] "next" "next match";
    PreviousMatch "previous-match" [Text] [c('N')] "" "previous match";
    Fold "fold" [Text] [k(Key::Enter)] "fold" "fold or unfold the selected part of a raw record";
    PreviousFinding "previous-finding" [Events, Detail] [c('F')] "" "previous finding";
    NextError "next-error" [Events, Detail] [c('e')] "" "next failed call";
    PreviousError "previous-error" [Events, Detail] [c('E')] "" "previous failed call";
    ShorterWindow "shorter-window" [Events, Findings] [c('[')] "" "shorter window";
    LongerWindow "longer-window" [Events, Findings] [c(']')] "" "longer window";
    OnlyActor "only-actor" [Events, Detail] [c('a')] "" "only this actor, with all its sessions; again: off";
    OnlyResource "only-resource" [Events, Detail] [c('i')] "" "only this resource; again: off";
    ActorPage "actor-page" [Events, Detail, Findings] [c('A')] "" "the actor's page: when, from where, what it did, what is new";
    ActorStory "actor-story" [Events, Detail, Findings] [c('s')] "story" "the story of this actor in the window, in plain sentences";
    ResourcePage "resource-page" [Events, Detail, Findings, Instance] [c('T')] "" "the resource's page: who did what to it, what is new";
    ResourceStory "resource-story" [Events, Detail, Findings, Instance] [c('S')] "" "the story of this resource in the window, in plain sentences";
    Earlier "earlier" [Events] [c('h'), k(Key::Left)] "" "to the next bar of the histogram with events, earlier";
    Later "later" [Events] [c('l'), k(Key::Right)] "" "to the next bar of the histogram with events, later";
    Closer "closer" [Events] [c('+'), c('=')] "" "histogram and list closer around the selected event";
    Wider "wider" [Events] [c('-')] "" "back from closer, one level";
    ClearFilter "clear-filter" [Events] [Chord::ctrl('x')] "" "show every event of the window again";
    Pin "pin" [Events, Detail, Findings] [c('p')] "pin" "pin the event to the case";
    Findings "findings" [Events, Detail, Findings, Instance, Instances, Suggestions] [c('w')] "findings" "all findings, worst first";
    Case "case" [Events, Detail, Findings, Instance, Instances, Suggestions, Plan] [c('c')] "case" "open the case: what was pinned, done and kept";
    Resume "resume" [Events, Detail, Findings, Instance, Instances, Suggestions, Text] [c('C')] "" "open an interrupted case: its plan as it stands, to complete or to undo";
    Note "note" [Events, Detail, Findings, Instance, Instances, Suggestions, Plan, Text] [c('t')] "" "write a note into the case";
    Copy "copy" [Global] [c('y')] "" "copy the id";
    CopyAll "copy-all" [Global] [c('Y')] "" "copy the whole: record, text, or the plan as AWS CLI commands";
    NextPane "next-pane" [Global] [k(Key::Tab)] "" "next pane";
    PreviousPane "previous-pane" [Global] [k(Key::BackTab)] "" "previous pane";
    Zoom "zoom" [Global] [c('z')] "zoom" "the focused pane over the whole screen, and back";
    Arm "arm" [Global] [c('W')] "" "arm, to be able to change anything; disarm";
    Palette "palette" [Global] [c(':')] "" "every action and page by name";
    Help "help" [Global] [c('?')] "help" "help for what has the focus";
    Redraw "redraw" [Global] [Chord::ctrl('l')] "" "draw the screen anew";
    Suspend "suspend" [Global] [Chord::ctrl('z')] "" "suspend to the shell";
    Quit "quit" [Global] [Chord::ctrl('c')] "" "quit; a running step asks first";
}

impl Action {
    /// The action's line of the table.
    pub fn entry(self) -> &'static Entry {
        // The table is written by the same macro, one line a variant, in order.
        &ACTIONS[self as usize]
    }

    /// The action that a name of the configuration means.
    pub fn of_name(name: &str) -> Option<Self> {
        ACTIONS.iter().find(|entry| entry.name == name).map(|entry| entry.action)
    }
}

#[cfg(test)]
mod tests {
    use super::{ACTIONS, Action, Context};

    #[test]
    fn every_action_finds_its_own_line() {
        for entry in ACTIONS {
            assert_eq!(entry.action.entry().name, entry.name);
            assert_eq!(Action::of_name(entry.name), Some(entry.action));
            assert!(!entry.help.is_empty() && !entry.contexts.is_empty(), "{}", entry.name);
        }
    }

    #[test]
    fn every_context_has_a_word_of_its_own() {
        let mut words: Vec<_> = Context::ALL.iter().map(|context| context.word()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Context::ALL.len());
    }
}
