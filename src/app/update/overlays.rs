//! What happens to what is drawn over the panes.

use super::super::effect::Effect;
use super::super::input::{Chord, Key};
use super::super::overlay::{About, Confirm, Consent, Overlay, Question};
use super::super::prose::{Line, Tone};
use super::super::{Action, Model};
use super::motion::Motion;
use super::{consent, form, remediation};

/// Moves in the overlay on top.
pub fn motion(model: &mut Model, motion: Motion) {
    let height = usize::from(model.overlay_area().height);
    match model.overlays.last_mut() {
        Some(Overlay::Page(page)) => page.scroll(motion.rows_in(page.offset, page.lines.len(), height), height),
        Some(Overlay::Raw(raw)) => raw.step(motion.rows_in(raw.cursor, raw.len(), height), height),
        Some(Overlay::Palette(palette)) => palette.step(motion.rows_in(palette.cursor, palette.found.len(), height)),
        _ => {}
    }
}

/// An action of the overlay on top.
pub fn act(model: &mut Model, action: Action) {
    let height = usize::from(model.overlay_area().height);
    match (model.overlays.last_mut(), action) {
        (Some(Overlay::Page(page)), Action::Find) => page.find.open(),
        (Some(Overlay::Raw(raw)), Action::Find) => raw.find.open(),
        (Some(Overlay::Page(page)), Action::NextMatch) => page.next_match(true, height),
        (Some(Overlay::Raw(raw)), Action::NextMatch) => raw.next_match(true, height),
        (Some(Overlay::Page(page)), Action::PreviousMatch) => page.next_match(false, height),
        (Some(Overlay::Raw(raw)), Action::PreviousMatch) => raw.next_match(false, height),
        (Some(Overlay::Raw(raw)), Action::Fold) => raw.fold(),
        _ => {}
    }
}

/// Pasted text goes into the field of the overlay on top, if it has one.
pub fn paste(model: &mut Model, text: &str) {
    let height = usize::from(model.overlay_area().height);
    match model.overlays.last_mut() {
        Some(Overlay::Page(page)) => {
            if let Some(field) = &mut page.find.field {
                field.paste(text);
                page.search(height);
            }
        }
        Some(Overlay::Raw(raw)) => {
            if let Some(field) = &mut raw.find.field {
                field.paste(text);
                raw.search(height);
            }
        }
        Some(Overlay::Palette(palette)) => {
            palette.field.paste(text);
            palette.search();
        }
        Some(Overlay::Arming(arming)) if arming.asked.is_none() => arming.field.paste(text),
        Some(Overlay::Reason(reason)) => reason.field.paste(text),
        Some(Overlay::Form(form)) => {
            form.wrong = None;
            if let Some(field) = form.field() {
                field.paste(text);
            }
        }
        // What must be typed is typed: pasting it would confirm nothing.
        Some(Overlay::Confirm(_) | Overlay::Arming(_)) | None => {}
    }
}

/// A chord for an overlay that takes all of them; the action that is to be
/// performed then: chosen in the palette, or gone on with after a form.
pub fn key(model: &mut Model, chord: Chord, out: &mut Vec<Effect>) -> Option<Action> {
    let height = usize::from(model.overlay_area().height);
    let overlay = model.overlays.last_mut()?;
    match overlay {
        Overlay::Page(page) => match chord.key {
            Key::Enter | Key::Esc => page.find.field = None,
            _ if page.find.field.as_mut().is_some_and(|field| field.take(chord)) => page.search(height),
            _ => {}
        },
        Overlay::Raw(raw) => match chord.key {
            Key::Enter | Key::Esc => raw.find.field = None,
            _ if raw.find.field.as_mut().is_some_and(|field| field.take(chord)) => raw.search(height),
            _ => {}
        },
        Overlay::Palette(palette) => match (chord.key, chord.ctrl) {
            (Key::Esc, _) => {
                model.overlays.pop();
            }
            (Key::Down | Key::Tab, _) | (Key::Char('n'), true) => palette.step(1),
            (Key::Up | Key::BackTab, _) | (Key::Char('p'), true) => palette.step(-1),
            (Key::PageDown, _) => palette.step(10),
            (Key::PageUp, _) => palette.step(-10),
            (Key::Enter, _) => {
                let action = palette.selected();
                model.overlays.pop();
                return action;
            }
            _ if palette.field.take(chord) => palette.search(),
            _ => {}
        },
        Overlay::Arming(_) => arming(model, chord, out),
        Overlay::Confirm(_) => confirm(model, chord, out),
        Overlay::Form(_) => return form::key(model, chord, out),
        Overlay::Reason(reason) => match chord.key {
            Key::Esc => {
                model.overlays.pop();
            }
            Key::Enter => {
                let (about, text) = (reason.about, reason.field.text().trim().to_owned());
                if text.is_empty() {
                    let words = match about {
                        About::Note => "write the note, or esc",
                        _ => "say why: the reason goes into the journal",
                    };
                    model.notices.warn(words, model.now);
                } else {
                    model.overlays.pop();
                    remediation::reasoned(model, about, text, out);
                }
            }
            _ => {
                reason.field.take(chord);
            }
        },
    }
    None
}

fn arming(model: &mut Model, chord: Chord, out: &mut Vec<Effect>) {
    let Some(Overlay::Arming(arming)) = model.overlays.last_mut() else { return };
    match chord.key {
        Key::Esc => {
            let asked = arming.asked.is_some();
            model.overlays.pop();
            if asked {
                out.push(Effect::Disarm);
            }
        }
        _ if arming.asked.is_some() => {}
        Key::Up | Key::Down => {
            let count = model.scopes.len() as u16;
            let step = if chord.key == Key::Down { 1 } else { count.saturating_sub(1) };
            if count > 0 {
                arming.scope.0 = (arming.scope.0 + step) % count;
                arming.field.set("");
                arming.wrong = None;
            }
        }
        Key::Enter => {
            let scope = arming.scope;
            let confirmed = model.scopes.get(scope).is_some_and(|state| arming.confirms(&state.scope));
            let generation = model.next_generation();
            let Some(Overlay::Arming(arming)) = model.overlays.last_mut() else { return };
            if confirmed {
                arming.asked = Some(generation);
                arming.wrong = None;
                out.push(Effect::Arm { scope, generation });
            } else {
                arming.wrong = Some("type the account's twelve digits, or its alias, in full".into());
            }
        }
        _ => {
            arming.field.take(chord);
        }
    }
}

fn confirm(model: &mut Model, chord: Chord, out: &mut Vec<Effect>) {
    let Some(Overlay::Confirm(confirm)) = model.overlays.last_mut() else { return };
    match (chord.key, &mut confirm.consent) {
        (Key::Esc, _) => {
            model.overlays.pop();
        }
        (Key::Enter, Consent::Button { chosen, more }) if *chosen && *more > 0 => {
            *more -= 1;
            *chosen = false;
        }
        (Key::Enter, consent) => {
            let is_button = matches!(consent, Consent::Button { .. });
            let typed = match consent {
                Consent::Typed { field, .. } => field.text().trim().to_owned(),
                Consent::Button { .. } => String::new(),
            };
            let (given, question) = (confirm.is_given(), confirm.question.clone());
            if given {
                model.overlays.pop();
                consent::answered(model, question, typed, out);
            } else if is_button {
                model.overlays.pop();
            } else {
                model.notices.warn("what is typed is not what is asked for: nothing was done", model.now);
            }
        }
        (Key::Tab | Key::BackTab | Key::Left | Key::Right, Consent::Button { chosen, .. }) => *chosen = !*chosen,
        (_, Consent::Typed { field, .. }) => {
            field.take(chord);
        }
        _ => {}
    }
}

/// Asks before the program ends while a step is running.
pub fn ask_to_quit(model: &mut Model) {
    if matches!(model.overlays.last(), Some(Overlay::Confirm(confirm)) if confirm.question == Question::Quit) {
        return;
    }
    let lines = vec![
        Line::new().put(Tone::Strong, "A step is running."),
        Line::of(
            "What has been sent is done by AWS all the same; what has not been sent is not. The journal has the \
             intent of the call under way, and the next start goes on from there.",
        ),
    ];
    model.overlays.push(Overlay::Confirm(Confirm {
        question: Question::Quit,
        title: "Quit?".into(),
        lines,
        verb: "Quit",
        consent: Consent::Button { chosen: false, more: 0 },
    }));
}
