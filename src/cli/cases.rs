//! `stanch cases`: list them, show a journal, go on with one that was
//! interrupted, verify every hash, write the report.

use serde_json::json;

use super::args::{Cases, CasesCommand};
use super::failure::{Exit, Failure, Outcome};
use super::out::{Out, say};
use super::setting::Setting;
use crate::case::{Case, summary, told};
use crate::domain::scope::short_arn;
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
            let report = looked_at(&setting.case_folder(case))?.write_report()?;
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
    let case = looked_at(folder)?;
    if args.json {
        out.document(&case.entries())?;
    } else if args.jsonl {
        case.entries().iter().try_for_each(|entry| out.json(entry))?;
    } else {
        for (entry, said) in case.entries().iter().zip(told::told(case.entries())) {
            let who = visible(short_arn(&entry.actor));
            out.line(&format!("{:>4} {} {:<12} {said}  {who}", entry.seq, entry.time, visible(&entry.kind)))?;
            if let Some(cli) = &entry.cli {
                out.line(&format!("{:>4} $ {}", "", visible(cli)))?;
            }
        }
    }
    Ok(Exit::Done)
}

/// A case to be read, also while a console has it open: then it is said that it may go on.
fn looked_at(folder: &std::path::Path) -> Result<Case, Failure> {
    let case = Case::view(folder)?;
    if Case::is_in_use(folder) {
        say(&format!("stanch: {} is in use by another stanch: it is told as it stands now", visible(&case.id())));
    }
    Ok(case)
}

fn verify(args: &Cases, setting: &Setting, cases: &[String], out: &mut Out) -> Outcome {
    let names: Vec<String> = if cases.is_empty() {
        summary::list(&setting.folders.cases())?.into_iter().map(|case| case.id).collect()
    } else {
        cases.to_vec()
    };
    let mut sound = true;
    for name in names {
        let case = looked_at(&setting.case_folder(&name))?;
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
