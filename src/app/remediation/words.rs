//! What a step calls and how it is undone, in a few words.

use crate::respond::plan::{Step, StepKind};

/// A step's calls in a few words: `ModifyNetworkInterfaceAttribute ×2`.
pub(super) fn calls(step: &Step) -> String {
    match step.kind {
        StepKind::Evidence => return format!("{} reads", step.evidence.len()),
        StepKind::Decide => return "you decide".into(),
        StepKind::ByHand => return "by hand".into(),
        StepKind::Check => return "reads again".into(),
        StepKind::Remedy => {}
    }
    let mut names: Vec<(&str, usize)> = Vec::new();
    for planned in &step.calls {
        let name = planned.action.split_once(':').map_or(planned.action.as_str(), |(_, name)| name);
        match names.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => names.push((name, 1)),
        }
    }
    let words =
        names.into_iter().map(|(name, count)| if count > 1 { format!("{name} ×{count}") } else { name.to_owned() });
    let words: Vec<String> = words.collect();
    match &step.not_applicable {
        _ if !words.is_empty() => words.join(", "),
        Some(_) => "none".into(),
        None => "nothing: it is so already".into(),
    }
}

/// How a step is undone, without what has nothing to take back.
pub(super) fn undoing(step: &Step) -> Vec<String> {
    let telling: Vec<String> = step.undo.iter().filter(|words| *words != "nothing to take back").cloned().collect();
    if telling.is_empty() { step.undo.iter().take(1).cloned().collect() } else { telling }
}

/// The same in one line: the first, and how many more there are.
pub(super) fn undo(all: &[String]) -> String {
    match all {
        [] => "–".into(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first}; and {} more", rest.len()),
    }
}
