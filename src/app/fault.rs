//! A fault as the panes tell it: what failed, why, and what to do next.

use super::prose::{Line, Tone};
use crate::domain::fault::Fault;

/// A fault as it is drawn in a pane.
pub fn fault_lines(fault: &Fault) -> Vec<Line> {
    let mut head =
        Line::new().put(Tone::Bad, "✗ ").put(Tone::Strong, &format!("{}: {}", fault.operation, fault.kind.word()));
    head.hang = 2;
    if !fault.code.is_empty() {
        head.push(Tone::Plain, &format!(" ({})", fault.code));
    }
    let mut lines = vec![head];
    if !fault.message.is_empty() {
        lines.push(Line::new().put(Tone::Plain, &format!("  {}", fault.message)).hanging(2));
    }
    if !fault.hint.is_empty() {
        lines.push(Line::new().put(Tone::Warn, &format!("  → {}", fault.hint)).hanging(4));
    }
    if let Some(id) = &fault.request_id {
        lines.push(Line::new().put(Tone::Dim, &format!("  request {id}")));
    }
    lines
}
