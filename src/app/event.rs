//! An event on one line, as the pages that name some events tell it.

use super::prose::{Line, Tone};
use super::time::clock;
use crate::trail::timeline::Row;

/// An event as one line of a page.
pub fn event_line(row: &Row<'_>) -> Line {
    let mut line = Line::new().put(Tone::Dim, &clock(row.time)).put(Tone::Plain, " ");
    match row.severity {
        Some(severity) => line.push(Tone::Level(severity), &format!("{:<4} ", severity.short())),
        None => line.push(Tone::Plain, "     "),
    }
    line.push(Tone::Plain, &format!("{} {}", row.access.letter(), row.name));
    if row.dry_run {
        line.push(Tone::Dim, " dry-run");
    } else if !row.error.is_empty() {
        line.push(Tone::Bad, &format!(" ✗{}", error_word(row.error)));
    }
    line.push(Tone::Dim, &format!("  {}", row.actor));
    line.hanging(14)
}

/// An error code in a word: `denied`, or the code without its prefix.
pub fn error_word(code: &str) -> &str {
    if code.ends_with("UnauthorizedOperation") || code.contains("AccessDenied") || code.ends_with("Unauthorized") {
        "denied"
    } else {
        code.trim_start_matches("Client.").trim_start_matches("Server.")
    }
}

/// An ARN by its last part; an id as it is.
pub fn last_part(target: &str) -> &str {
    if target.starts_with("arn:") { target.rsplit(':').next().unwrap_or(target) } else { target }
}

#[cfg(test)]
mod tests {
    use super::last_part;

    #[test]
    fn arns_are_cut_to_their_last_part() {
        assert_eq!(last_part("arn:aws:iam::1:role/ops/Deploy"), "role/ops/Deploy");
        assert_eq!(last_part("sg-9"), "sg-9");
    }
}
