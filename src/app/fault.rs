//! A fault as the panes tell it: what failed, what to do next, and why.

use unicode_width::UnicodeWidthStr;

use super::prose::{Line, Tone};
use crate::domain::fault::Fault;

/// The longest word of a message that is shown whole: encoded reasons are longer.
const LONGEST_WORD: usize = 80;
/// What is shown of a longer one.
const SHOWN_OF_IT: usize = 16;

/// A fault as it is drawn in a pane.
pub fn fault_lines(fault: &Fault) -> Vec<Line> {
    faults_lines(&[(None, fault)])
}

/// Faults as they are drawn in a pane, each with the Region that it is of.
/// What was asked for, what to do and the request ids come first; what AWS said
/// stands last, where it may be cut off. Regions that fail alike are told once.
pub fn faults_lines(faults: &[(Option<&str>, &Fault)]) -> Vec<Line> {
    let alike = |one: &Fault, other: &Fault| {
        (&one.operation, one.kind, &one.code, &one.hint) == (&other.operation, other.kind, &other.code, &other.hint)
    };
    let mut groups: Vec<Vec<(Option<&str>, &Fault)>> = Vec::new();
    for (region, fault) in faults {
        match groups.iter_mut().find(|group| group.first().is_some_and(|(_, first)| alike(first, fault))) {
            Some(group) => group.push((*region, *fault)),
            None => groups.push(vec![(*region, *fault)]),
        }
    }
    let mut lines: Vec<Line> = groups.iter().flat_map(|group| what_to_do(group)).collect();
    let mut said: Vec<String> = Vec::new();
    for (_, fault) in groups.iter().flatten() {
        let message = shortened(&fault.message);
        if !message.is_empty() && !said.contains(&message) {
            let from = if groups.len() > 1 { format!("{}: ", fault.operation) } else { String::new() };
            lines.push(Line::new().put(Tone::Plain, &format!("  {from}{message}")).hanging(2));
            said.push(message);
        }
    }
    lines
}

/// What failed, where, what to do, and the request ids.
fn what_to_do(group: &[(Option<&str>, &Fault)]) -> Vec<Line> {
    let Some((_, fault)) = group.first() else { return Vec::new() };
    let mut head =
        Line::new().put(Tone::Bad, "✗ ").put(Tone::Strong, &format!("{}: {}", fault.operation, fault.kind.word()));
    head.hang = 2;
    if !fault.code.is_empty() {
        head.push(Tone::Plain, &format!(" ({})", fault.code));
    }
    let regions: Vec<&str> = group.iter().filter_map(|(region, _)| *region).collect();
    if !regions.is_empty() {
        head.push(Tone::Dim, &format!("  {}", regions.join(", ")));
    }
    let mut lines = vec![head];
    if !fault.hint.is_empty() {
        lines.push(Line::new().put(Tone::Warn, &format!("  → {}", fault.hint)).hanging(4));
    }
    let ids: Vec<&str> = group.iter().filter_map(|(_, fault)| fault.request_id.as_deref()).collect();
    if !ids.is_empty() {
        lines.push(Line::new().put(Tone::Dim, &format!("  request {}", ids.join(", "))).hanging(4));
    }
    lines
}

/// A message without the bulk of what nobody can read in it: encoded authorization failures.
fn shortened(message: &str) -> String {
    let words = message.split(' ').map(|word| {
        if word.width() <= LONGEST_WORD {
            return word.to_owned();
        }
        let kept: String = word.chars().take(SHOWN_OF_IT).collect();
        format!("{kept}… ({} characters)", word.chars().count())
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{fault_lines, faults_lines};
    use crate::app::prose::Line;
    use crate::domain::fault::{Fault, FaultKind};

    fn denied(id: &str) -> Fault {
        let message = format!("You are not authorized. Encoded authorization failure message: {}", "x".repeat(400));
        let mut fault = Fault::new(FaultKind::Denied, "ec2:DescribeInstances", message).with_hint("ask for it");
        fault.request_id = Some(id.into());
        fault
    }

    fn texts(lines: &[Line]) -> Vec<String> {
        lines.iter().map(Line::text).collect()
    }

    #[test]
    fn what_to_do_and_the_request_come_before_what_aws_said() {
        assert_eq!(
            texts(&fault_lines(&denied("r-1"))),
            [
                "✗ ec2:DescribeInstances: denied",
                "  → ask for it",
                "  request r-1",
                "  You are not authorized. Encoded authorization failure message: xxxxxxxxxxxxxxxx… (400 characters)",
            ]
        );
    }

    #[test]
    fn regions_that_fail_alike_are_told_once_with_every_request() {
        let (one, two) = (denied("r-1"), denied("r-2"));
        let other = Fault::new(FaultKind::Timeout, "sts:GetCallerIdentity", "no answer");
        let all = [(Some("eu-west-1"), &one), (None, &other), (Some("us-east-1"), &two)];
        let told = texts(&faults_lines(&all));
        assert_eq!(told[0], "✗ ec2:DescribeInstances: denied  eu-west-1, us-east-1");
        assert_eq!(told[2], "  request r-1, r-2");
        assert_eq!(told[3], "✗ sts:GetCallerIdentity: no answer in time");
        assert_eq!(told.len(), 6, "{told:#?}");
    }
}
