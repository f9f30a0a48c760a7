//! `stanch explain EVENT`: the card of an event.

use std::fs;

use serde_json::json;

use super::args::Explain;
use super::failure::{Exit, Failure, Outcome};
use super::out::{Out, say};
use super::setting::Setting;
use crate::domain::text::visible;
use crate::knowledge::{Fills, Library};

/// Prints the card, or the list of all.
pub fn run(args: &Explain, setting: &Setting) -> Outcome {
    let library = library(setting)?;
    let mut out = Out::new();
    let Some(event) = &args.event else {
        for card in library.cards() {
            if args.json {
                out.json(&json!({"event": card.event, "source": card.source, "title": card.title}))?;
            } else {
                out.line(&format!("{:<42} {}", card.event, card.title))?;
            }
        }
        out.flush()?;
        return Ok(Exit::Done);
    };
    let source = args.source.clone().unwrap_or_default();
    let exact = library.cards().find(|card| card.event.eq_ignore_ascii_case(event)).map(|card| card.event.clone());
    let name = exact.unwrap_or_else(|| event.clone());
    let card = library.card_of_name(&name, &source);
    if args.json {
        let mut document = serde_json::to_value(&card).map_err(|error| Failure::Failed(error.to_string()))?;
        document["commands"] = json!(card.commands(&Fills::default()));
        out.document(&document)?;
    } else {
        out.text(&visible_lines(&card.render(args.width, &Fills::default())))?;
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// The cards of the program with the user's own over them; a broken one is named and left out.
pub fn library(setting: &Setting) -> Result<Library, Failure> {
    let folder = setting.folders.config.join("cards");
    let mut texts = Vec::new();
    if let Ok(entries) = fs::read_dir(&folder) {
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "md") {
                texts.push((path.display().to_string(), fs::read_to_string(&path)?));
            }
        }
    }
    let (library, errors) = Library::builtin().with_user(&texts);
    for (path, why) in errors {
        say(&format!("stanch: {path}: {why}; the card is left out"));
    }
    Ok(library)
}

fn visible_lines(text: &str) -> String {
    text.lines().flat_map(|line| [visible(line), "\n".into()]).collect()
}
