//! The help overlay: the table of actions for what has the focus, then the rest.

use super::action::{ACTIONS, Action, Context};
use super::keymap::Keymap;
use super::prose::{Line, Tone};

/// The lines of help, the focused context first, then what acts everywhere,
/// then all others; each action with its keys as they are now.
pub fn lines(keymap: &Keymap, focus: Context) -> Vec<Line> {
    let mut lines = Vec::new();
    let rest = Context::ALL.into_iter().filter(|context| *context != focus && *context != Context::Global);
    for (at, context) in [focus, Context::Global].into_iter().chain(rest).enumerate() {
        let entries: Vec<_> = ACTIONS.iter().filter(|entry| entry.contexts.contains(&context)).collect();
        if entries.is_empty() || (context == Context::Global && at > 1) {
            continue;
        }
        let title = match (at, context) {
            (0, context) => format!("Here: {}", context.word()),
            (_, Context::Global) => "Everywhere".to_owned(),
            (_, context) => format!("In {}", context.word()),
        };
        lines.push(Line::heading(&title));
        for entry in entries {
            lines.push(entry_line(keymap, entry.action));
        }
        lines.push(Line::new());
    }
    lines.push(Line::heading("Marks"));
    for (mark, meaning) in [
        ("R W D", "the call reads, writes, or removes and stops"),
        ("⚿", "the actor used a long-lived access key"),
        ("✗", "the call failed; ✗denied: for want of permission"),
        ("dry-run", "it only asked whether it might; nothing was changed"),
        ("●", "a public address, or a proven path from the internet"),
    ] {
        lines.push(Line::new().put(Tone::Key, &format!("  {mark:<16}")).put(Tone::Plain, meaning).hanging(18));
    }
    lines.push(Line::new());
    lines.push(Line::heading("The filter language"));
    for (terms, meaning) in [
        ("event: source: actor: user: role: key: ip:", "columns; ip takes CIDR blocks; * is a wildcard, a|b is or"),
        ("agent: region: account: resource: error: rule:", "more columns; values may be quoted"),
        ("sev>=high  is:write is:read is:error is:finding", "severity and kind"),
        ("is:mine is:dry-run is:root  -term", "more kinds; - negates a term"),
        ("age<2h  after:14:02  before:2026-11-24T10:00Z", "time, UTC"),
        ("raw:\"text\"", "searches the raw records, in the background"),
        ("@name", "a filter that the configuration saves under that name"),
    ] {
        lines.push(Line::new().put(Tone::Key, &format!("  {terms:<50}")).put(Tone::Plain, meaning).hanging(4));
    }
    lines
}

/// One action with its keys.
pub fn entry_line(keymap: &Keymap, action: Action) -> Line {
    let entry = action.entry();
    let keys: Vec<String> = keymap.chords(action).iter().map(ToString::to_string).collect();
    let keys = if keys.is_empty() { format!(": {}", entry.name) } else { keys.join(" ") };
    Line::new().put(Tone::Key, &format!("  {keys:<16}")).put(Tone::Plain, entry.help).hanging(18)
}

/// What the footer shows in a context: key and word, as many as the table names.
pub fn footer(keymap: &Keymap, contexts: &[Context]) -> Vec<(String, &'static str)> {
    let mut shown: Vec<(String, &'static str)> = vec![("j/k".into(), "move")];
    for context in contexts {
        for entry in ACTIONS.iter().filter(|entry| !entry.label.is_empty() && entry.contexts.contains(context)) {
            let chord = keymap.shown(entry.action);
            if !chord.is_empty() && !shown.iter().any(|(known, _)| *known == chord) {
                shown.push((chord, entry.label));
            }
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::super::action::{ACTIONS, Context};
    use super::super::keymap::Keymap;
    use super::lines;

    #[test]
    fn help_tells_every_action_whatever_has_the_focus() {
        for focus in Context::ALL {
            let text: String = lines(&Keymap::default(), focus).iter().map(|line| line.text() + "\n").collect();
            for entry in ACTIONS {
                assert!(text.contains(entry.help), "{} is not in the help for {}", entry.name, focus.word());
            }
        }
    }
}
