//! `stanch cases`: list them, show a journal, go on with one that was
//! interrupted, verify every hash, write the report.

use serde_json::json;

use super::args::{Cases, CasesCommand};
use super::failure::{Exit, Outcome};
use super::out::{Out, say};
use super::setting::Setting;
use crate::case::journal::Entry;
use crate::case::{Case, summary};
use crate::domain::text::visible;

mod resume;

/// Does what is asked for.
pub fn run(args: &Cases, setting: &Setting) -> Outcome {
    let mut out = Out::new();
    let exit = match args.command.as_ref().unwrap_or(&CasesCommand::List) {
        CasesCommand::List => list(args, setting, &mut out),
        CasesCommand::Show { case } => show(args, &setting.case_folder(case), &mut out),
        CasesCommand::Resume { case, execute, confirm, steps, leave, .. } => {
            let what = resume::Wanted {
                execute: *execute,
                confirm: confirm.as_deref(),
                steps,
                leave: leave.as_deref(),
                json: args.json || args.jsonl,
            };
            return resume::run(case, &what, setting);
        }
        CasesCommand::Verify { cases } => verify(args, setting, cases, &mut out),
        CasesCommand::Report { case } => {
            let report = Case::open(&setting.case_folder(case))?.write_report()?;
            out.text(&if args.json { report.json_text() } else { report.markdown() })?;
            Ok(Exit::Done)
        }
    }?;
    out.flush()?;
    Ok(exit)
}

fn list(args: &Cases, setting: &Setting, out: &mut Out) -> Outcome {
    let cases = summary::list(&setting.folders.cases())?;
    if args.json {
        out.document(&cases)?;
    } else if args.jsonl {
        cases.iter().try_for_each(|case| out.json(case))?;
    } else if cases.is_empty() {
        say(&format!("no cases in {}", setting.folders.cases().display()));
    } else {
        for case in cases {
            let opened = case.opened.map_or_else(|| "-".to_string(), |at| at.to_string());
            out.line(&format!(
                "{:<28} {:<20} {:<12} {} {}",
                visible(&case.id),
                opened.get(..19).unwrap_or(&opened),
                if case.in_use { "in use" } else { case.status.as_str() },
                visible(&case.playbook),
                visible(&case.target)
            ))?;
        }
    }
    Ok(Exit::Done)
}

fn show(args: &Cases, folder: &std::path::Path, out: &mut Out) -> Outcome {
    let case = Case::view(folder)?;
    if args.json {
        out.document(&case.entries())?;
    } else if args.jsonl {
        case.entries().iter().try_for_each(|entry| out.json(entry))?;
    } else {
        for entry in case.entries() {
            out.line(&line(entry))?;
        }
    }
    Ok(Exit::Done)
}

/// One line of a journal for a reader.
fn line(entry: &Entry) -> String {
    let data = match &entry.data {
        serde_json::Value::Object(map) => map
            .iter()
            .map(|(key, value)| match value.as_str() {
                Some(text) => format!("{key}={text}"),
                None => format!("{key}={value}"),
            })
            .collect::<Vec<_>>()
            .join(" "),
        other => other.to_string(),
    };
    let cut: String = data.chars().take(160).collect();
    visible(&format!("{:>4} {} {:<12} {cut}", entry.seq, entry.time, entry.kind)).into_owned()
}

fn verify(args: &Cases, setting: &Setting, cases: &[String], out: &mut Out) -> Outcome {
    let names: Vec<String> = if cases.is_empty() {
        summary::list(&setting.folders.cases())?.into_iter().map(|case| case.id).collect()
    } else {
        cases.to_vec()
    };
    let mut sound = true;
    for name in names {
        let case = Case::view(&setting.case_folder(&name))?;
        let (wrong, unfinished) = (case.verify(), case.unfinished_evidence());
        sound &= wrong.is_empty();
        if args.json || args.jsonl {
            out.json(&json!({"case": name, "sound": wrong.is_empty(), "wrong": wrong, "unfinished": unfinished}))?;
            continue;
        }
        for sentence in &unfinished {
            out.line(&format!("{}: {}", visible(&name), visible(sentence)))?;
        }
        if wrong.is_empty() {
            out.line(&format!("{}: every hash holds", visible(&name)))?;
        } else {
            for sentence in wrong {
                out.line(&format!("{}: {}", visible(&name), visible(&sentence)))?;
            }
        }
    }
    if sound { Ok(Exit::Done) } else { Ok(Exit::Failed) }
}
