//! One event in one plain sentence, made of the event's own fields.
//!
//! Every name has a phrase: one of its own ([`phrases`], [`rules`] and
//! [`changes`]), or one derived from the name. The sentence around it says who,
//! and whether it worked. Text of the record is hostile and is made visible.

mod changes;
mod fields;
mod phrases;
mod rules;

use super::derived::words;
use crate::domain::event::{Access, Event};
use crate::domain::text::visible;
use fields::Fields;

pub use phrases::own_names;

/// What was done, as a verb in two forms and what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase {
    /// `open`.
    pub base: String,
    /// `opened`.
    pub past: String,
    /// `22/tcp of sg-9 to the whole internet`.
    pub rest: String,
}

impl Phrase {
    fn new(base: &str, past: &str, rest: impl Into<String>) -> Self {
        Self { base: base.into(), past: past.into(), rest: rest.into() }
    }
}

/// The event as a sentence: `ci-deploy opened 22/tcp of sg-9 to the whole internet.`
pub fn sentence(event: &Event, raw: &str) -> String {
    format!("{} {}.", actor(event), deed(event, raw))
}

/// Who did it, as the sentence begins.
pub fn actor(event: &Event) -> String {
    match event.actor.name.as_str() {
        "" | "-" if event.ip.ends_with(".amazonaws.com") => visible(&event.ip).into_owned(),
        "" | "-" => "Somebody".into(),
        name => visible(name).into_owned(),
    }
}

/// What was done, without who and without a full stop: `opened 22/tcp of sg-9
/// to the whole internet`, `tried to stop the trail main, and was denied`.
pub fn deed(event: &Event, raw: &str) -> String {
    let fields = Fields::of(event, raw);
    let Phrase { base, past, rest } = phrase(event, &fields);
    let space = if rest.is_empty() { "" } else { " " };
    match &event.error {
        Some(error) if event.dry_run && error.is_dry_run() => {
            format!("asked whether it may {base}{space}{rest}: it may (dry run, nothing changed)")
        }
        Some(error) if event.dry_run && error.is_denied() => {
            format!("asked whether it may {base}{space}{rest}: it may not (dry run)")
        }
        Some(error) if error.is_denied() => format!("tried to {base}{space}{rest}, and was denied"),
        Some(error) => format!("tried to {base}{space}{rest}, which failed ({})", visible(&error.code)),
        None if fields.failed_sign_in() => format!("tried to {base}{space}{rest}, which failed"),
        None => format!("{past}{space}{rest}"),
    }
}

fn phrase(event: &Event, fields: &Fields<'_>) -> Phrase {
    rules::phrase(event, fields)
        .or_else(|| changes::phrase(event, fields))
        .or_else(|| phrases::phrase(event, fields))
        .unwrap_or_else(|| derived(event))
}

/// A phrase from the name alone: `modified VPC attribute (vpc-1)`.
fn derived(event: &Event) -> Phrase {
    const VERBS: [(&str, &str, &str); 60] = [
        ("Accept", "accept", "accepted"),
        ("Add", "add", "added"),
        ("Allocate", "allocate", "allocated"),
        ("Apply", "apply", "applied"),
        ("Associate", "associate", "associated"),
        ("Assume", "assume", "assumed"),
        ("Attach", "attach", "attached"),
        ("Authorize", "authorize", "authorized"),
        ("Cancel", "cancel", "cancelled"),
        ("Change", "change", "changed"),
        ("Complete", "complete", "completed"),
        ("Confirm", "confirm", "confirmed"),
        ("Copy", "copy", "copied"),
        ("Create", "make", "made"),
        ("Deactivate", "deactivate", "deactivated"),
        ("Decrypt", "decrypt", "decrypted"),
        ("Delete", "delete", "deleted"),
        ("Deregister", "deregister", "deregistered"),
        ("Describe", "look at", "looked at"),
        ("Detach", "detach", "detached"),
        ("Disable", "disable", "disabled"),
        ("Disassociate", "disassociate", "disassociated"),
        ("Enable", "enable", "enabled"),
        ("Encrypt", "encrypt", "encrypted"),
        ("Execute", "execute", "executed"),
        ("Export", "export", "exported"),
        ("Generate", "generate", "generated"),
        ("Get", "read", "read"),
        ("Head", "look at", "looked at"),
        ("Import", "import", "imported"),
        ("Invoke", "invoke", "invoked"),
        ("List", "list", "listed"),
        ("Lookup", "look up", "looked up"),
        ("Modify", "modify", "modified"),
        ("Move", "move", "moved"),
        ("Publish", "publish", "published"),
        ("Purchase", "buy", "bought"),
        ("Put", "set", "set"),
        ("Query", "query", "queried"),
        ("Reboot", "reboot", "rebooted"),
        ("Register", "register", "registered"),
        ("Reject", "reject", "rejected"),
        ("Release", "release", "released"),
        ("Remove", "remove", "removed"),
        ("Replace", "replace", "replaced"),
        ("Request", "request", "requested"),
        ("Reset", "reset", "reset"),
        ("Restore", "restore", "restored"),
        ("Revoke", "revoke", "revoked"),
        ("Run", "run", "ran"),
        ("Schedule", "schedule", "scheduled"),
        ("Send", "send", "sent"),
        ("Set", "set", "set"),
        ("Start", "start", "started"),
        ("Stop", "stop", "stopped"),
        ("Tag", "tag", "tagged"),
        ("Terminate", "terminate", "terminated"),
        ("Unassign", "unassign", "unassigned"),
        ("Untag", "untag", "untagged"),
        ("Update", "update", "updated"),
    ];
    let on = event.resources.first().map(|resource| format!(" ({})", visible(&resource.id))).unwrap_or_default();
    let service = event.service();
    let verb = VERBS.iter().find(|(word, ..)| {
        event.name.strip_prefix(word).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
    });
    match verb {
        Some((word, base, past)) => {
            let object = words(&event.name[word.len()..]);
            Phrase::new(base, past, format!("{}{on} [{}]", visible(&object), visible(service)))
        }
        None if event.access == Access::Read => Phrase::new("ask", "asked", called(event, service, &on)),
        None => Phrase::new("call", "called", called(event, service, &on)),
    }
}

fn called(event: &Event, service: &str, on: &str) -> String {
    format!("{}{on} [{}]", visible(&event.name), visible(service))
}

#[cfg(test)]
mod tests;
