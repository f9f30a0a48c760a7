//! The case as the console shows it: what was pinned, done and kept.

use jiff::Timestamp;

use super::Model;
use super::instance::pages::{clock_and_day, event_line};
use super::prose::{Line, Tone};

/// One entry of the journal, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Who, as a person says it.
    pub who: String,
    /// What kind of entry: `intent`, `outcome`, `evidence`, `pin` …
    pub kind: String,
    /// What it says, in one line.
    pub text: String,
    /// The AWS CLI command that does the same, empty for none.
    pub cli: String,
}

/// The case of this console.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseView {
    /// Its id, empty before the first thing that must be kept.
    pub id: String,
    /// Its folder.
    pub folder: String,
    /// Its journal, oldest first.
    pub entries: Vec<Entry>,
}

/// The lines of the case overlay.
pub fn lines(model: &Model) -> Vec<Line> {
    let mut lines = Vec::new();
    let case = &model.case;
    if case.id.is_empty() {
        lines.push(Line::of("No case has been opened yet: the first pin or the first step of a plan opens one."));
    } else {
        lines.push(Line::labelled("Case").put(Tone::Strong, &case.id));
        lines.push(Line::labelled("Folder").put(Tone::Plain, &case.folder));
        lines.push(Line::labelled("Report").put(Tone::Plain, &format!("stanch cases report {}", case.id)));
    }
    lines.push(Line::new());
    let mut pinned: Vec<_> =
        model.events.pinned.iter().copied().filter(|slot| model.timeline.time(*slot).is_some()).collect();
    pinned.sort_by_key(|slot| model.timeline.time(*slot));
    lines.push(Line::heading(&format!("Pinned events ({})", pinned.len())));
    if pinned.is_empty() {
        let key = model.settings.keymap.shown(super::Action::Pin);
        lines.push(
            Line::new().put(Tone::Dim, "  none; ").put(Tone::Key, &key).put(Tone::Dim, " pins the selected event"),
        );
    }
    for slot in pinned {
        lines.push(event_line(&model.timeline.row(slot)));
    }
    lines.push(Line::new());
    lines.push(Line::heading(&format!("Journal ({})", case.entries.len())));
    for entry in &case.entries {
        let mut line = Line::new()
            .put(Tone::Dim, &format!("{}  ", clock_and_day(entry.at)))
            .put(Tone::Label, &format!("{:<9}", entry.kind))
            .put(Tone::Plain, &entry.text);
        line.push(Tone::Dim, &format!("  {}", entry.who));
        lines.push(line.hanging(22));
        if !entry.cli.is_empty() {
            lines.push(Line::new().put(Tone::FieldText, &format!("{:22}$ {}", "", entry.cli)).hanging(24));
        }
    }
    if case.entries.is_empty() {
        lines.push(Line::new().put(Tone::Dim, "  nothing has been done"));
    }
    lines
}
