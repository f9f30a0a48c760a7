//! The detail of an event: when, who with the chain of sessions, from where,
//! on what, what was asked and answered, why it is a finding, what the same
//! actor did before and after, and what can be done.

pub mod company;

use serde_json::Value;

use super::Model;
use super::picked::Picked;
use super::prose::{Line, Tone, wrapped};
use super::time::{age, clock};
use crate::domain::actor::{Actor, ActorKind};
use crate::domain::resource::ResourceKind;
use crate::knowledge;
use crate::trail::timeline::Slot;

/// Pairs of a request or answer that are shown.
const PAIRS: usize = 10;

/// The open detail.
#[derive(Debug, Clone, Default)]
pub struct Detail {
    /// What the lines were made for.
    pub made_for: Option<(Slot, u16)>,
    /// The lines, broken to the pane's width.
    pub lines: Vec<Line>,
    /// The first line on the screen.
    pub offset: usize,
}

impl Detail {
    /// Scrolls by lines, as far as there are some.
    pub fn scroll(&mut self, lines: isize, height: usize) {
        let last = self.lines.len().saturating_sub(height);
        self.offset = self.offset.min(last).saturating_add_signed(lines).min(last);
    }
}

/// The lines of the detail of the picked event.
pub fn lines(model: &Model, width: u16) -> Vec<Line> {
    let Some(picked) = &model.picked else { return Vec::new() };
    let event = &picked.event;
    let company = company::Company::of(model, picked);
    let mut lines = vec![Line::new().put(Tone::Strong, &knowledge::sentence(event, &picked.raw))];
    if event.dry_run {
        lines.push(Line::new().put(Tone::Warn, "A dry run: it asked whether it might, and changed nothing."));
    } else if let Some(error) = &event.error {
        let what = if error.is_denied() { "It was denied: " } else { "It failed: " };
        let line = Line::new().put(Tone::Bad, what).put(Tone::Plain, &error.code);
        lines.push(if error.message.is_empty() { line } else { line.put(Tone::Dim, &format!("  {}", error.message)) });
    }
    if event.mine {
        lines.push(Line::new().put(Tone::Dim, "This console made the call itself."));
    }
    lines.push(Line::new());
    lines.push(who(model, picked));
    lines.push(company.from(event));
    lines.extend(what(picked));
    lines.push(reaches(model, picked));
    lines.extend(why(model, picked));
    lines.push(Line::new());
    lines.extend(company.around(model, picked.slot));
    lines.extend(card(picked));
    lines.extend(remedies(model));
    wrapped(lines, width)
}

fn kind_words(actor: &Actor) -> &'static str {
    match actor.kind {
        ActorKind::Root => "the root user",
        ActorKind::User => "IAM user",
        ActorKind::Role => "session of a role",
        ActorKind::Federated => "federated session",
        ActorKind::WebIdentity => "web identity session",
        ActorKind::IdentityCenter => "Identity Center user",
        ActorKind::Service => "AWS service",
        ActorKind::Account => "another account",
        ActorKind::Unknown => "identity not recorded",
    }
}

fn who(model: &Model, picked: &Picked) -> Line {
    let actor = &picked.event.actor;
    let mut line = Line::labelled("Who").put(Tone::Strong, &actor.name).put(Tone::Plain, ", ");
    let tone = if actor.kind == ActorKind::Root { Tone::Bad } else { Tone::Plain };
    line.push(tone, kind_words(actor));
    if !actor.account.is_empty() && !picked.event.account.is_empty() && actor.account != picked.event.account {
        line.push(Tone::Bad, &format!(" of account {}", actor.account));
    }
    if !actor.access_key.is_empty() {
        line.push(Tone::Plain, &format!(", key {}", actor.access_key));
    }
    match actor.mfa {
        Some(true) => line.push(Tone::Good, ", with MFA"),
        Some(false) => line.push(Tone::Warn, ", no MFA"),
        None => {}
    }
    if !actor.invoked_by.is_empty() {
        line.push(Tone::Dim, &format!(", through {}", actor.invoked_by));
    }
    if matches!(actor.kind, ActorKind::Service | ActorKind::Unknown) {
        return line;
    }
    let chain = model.sessions.chain(actor, picked.event.time);
    let names: Vec<&str> = chain.iter().map(|link| link.name.as_str()).collect();
    if names.len() > 1 {
        line.push(Tone::Label, "  behind it: ");
        line.push(Tone::Strong, &names.join(" → "));
    } else if !actor.source_identity.is_empty() {
        line.push(Tone::Label, "  behind it: ");
        line.push(Tone::Strong, &actor.source_identity);
    } else {
        line.push(Tone::Dim, "  behind it: nobody else known");
    }
    line
}

fn what(picked: &Picked) -> Vec<Line> {
    let event = &picked.event;
    let record: Value = serde_json::from_str(&picked.raw).unwrap_or(Value::Null);
    let mut lines = Vec::new();
    let mut line = Line::labelled("What");
    for (at, resource) in event.resources.iter().take(8).enumerate() {
        if at > 0 {
            line.push(Tone::Dim, ", ");
        }
        line.push(Tone::Strong, &resource.id);
    }
    if event.resources.len() > 8 {
        line.push(Tone::Dim, &format!(" and {} more", event.resources.len() - 8));
    }
    if event.resources.is_empty() {
        line.push(Tone::Dim, "no resource named");
    }
    line.push(Tone::Dim, &format!("  {} in {}", event.service(), event.region));
    lines.push(line);
    let mut asked: Vec<String> = Vec::new();
    for (label, key) in [("Asked", "requestParameters"), ("Answered", "responseElements")] {
        let mut pairs = Vec::new();
        flatten(record.get(key).unwrap_or(&Value::Null), "", &mut pairs);
        // What was asked need not be answered once more.
        pairs.retain(|(name, value)| !asked.contains(value) && name != "_return" && name != "requestId");
        asked.extend(pairs.iter().map(|(_, value)| value.clone()));
        if pairs.is_empty() {
            continue;
        }
        let mut line = Line::labelled(label);
        let more = pairs.len().saturating_sub(PAIRS);
        for (at, (name, value)) in pairs.into_iter().take(PAIRS).enumerate() {
            if at > 0 {
                line.push(Tone::Dim, " · ");
            }
            line.push(Tone::Dim, &format!("{name} "));
            line.push(Tone::Plain, &short(&value));
        }
        if more > 0 {
            line.push(Tone::Dim, &format!(" · {more} more: "));
            line.push(Tone::Key, "o");
        }
        lines.push(line);
    }
    lines
}

fn short(value: &str) -> String {
    if value.chars().count() <= 80 {
        value.to_owned()
    } else {
        format!("{}…", value.chars().take(79).collect::<String>())
    }
}

/// The leaves of a value with their last key, lists of items without the noise
/// of `items` and `…Set` wrappers.
fn flatten(value: &Value, key: &str, out: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            for (name, inner) in fields {
                let shown = if name == "items" || name == "member" { key } else { name };
                flatten(inner, shown, out);
            }
        }
        Value::Array(items) => items.iter().for_each(|inner| flatten(inner, key, out)),
        Value::String(text) => out.push((key.to_owned(), text.clone())),
        other => out.push((key.to_owned(), other.to_string())),
    }
}

fn reaches(model: &Model, picked: &Picked) -> Line {
    let line = Line::labelled("Reaches");
    let reach = &model.instance.reach;
    if reach.instances.is_empty() {
        let why = match picked.scope {
            None if model.scopes.is_empty() => "not known: recorded logs have no account behind them",
            None => "not known: its account or Region is not read",
            Some(scope) if model.scopes.inventory(scope).is_none() => "not known yet: EC2 state is being read",
            Some(_) => "no instance that is known",
        };
        return line.put(Tone::Dim, why);
    }
    let count = reach.instances.len();
    let mut line =
        line.put(Tone::Strong, &if count == 1 { "1 instance: ".into() } else { format!("{count} instances: ") });
    let mut public = 0;
    for (at, id) in reach.instances.iter().enumerate() {
        let known = model.scopes.instance(id).map(|(_, instance)| instance);
        let is_public = known.is_some_and(|instance| !instance.public_ip.is_empty());
        public += usize::from(is_public);
        if at < 6 {
            let name =
                known.filter(|instance| !instance.name.is_empty()).map_or(id.as_str(), |instance| &instance.name);
            line.push(if is_public { Tone::Warn } else { Tone::Plain }, &format!("{name} "));
            line.push(
                if is_public { Tone::Bad } else { Tone::Dim },
                match known {
                    Some(_) if is_public => "● ",
                    Some(_) => "○ ",
                    None => "? ",
                },
            );
        } else if at == 6 {
            line.push(Tone::Dim, &format!("and {} more ", count - 6));
        }
    }
    if let Some(through) = &reach.through {
        line.push(Tone::Dim, &format!(" through {}", through.id));
    }
    let words = match public {
        0 => "  none has a public address".to_owned(),
        1 if count == 1 => "  it has a public address".to_owned(),
        1 => "  1 has a public address (●)".to_owned(),
        many => format!("  {many} have a public address (●)"),
    };
    line.push(if public == 0 { Tone::Good } else { Tone::Warn }, &words);
    line
}

fn why(model: &Model, picked: &Picked) -> Vec<Line> {
    let findings = model.findings.on(picked.slot);
    if findings.is_empty() {
        return vec![Line::labelled("Why").put(Tone::Dim, "no rule matched")];
    }
    let mut lines = Vec::new();
    for (at, finding) in findings.iter().enumerate() {
        let mut line = Line::labelled(if at == 0 { "Why" } else { "" });
        line.push(Tone::Level(finding.severity), finding.severity.word());
        line.push(Tone::Strong, &format!("  {}", finding.title));
        line.push(Tone::Dim, &format!(" ({})", finding.origin));
        if finding.count > 1 {
            line.push(Tone::Plain, &format!("  {} events together", finding.count));
        }
        lines.push(line);
        let mut because = Line::labelled("");
        for (at, (field, value)) in finding.because.iter().take(6).enumerate() {
            if at > 0 {
                because.push(Tone::Dim, " · ");
            }
            because.push(Tone::Dim, &format!("{} ", last_keys(field)));
            because.push(Tone::Plain, value);
        }
        if !finding.because.is_empty() {
            lines.push(because);
        }
    }
    lines
}

/// The last two keys of a path, without the wrappers of lists.
fn last_keys(path: &str) -> String {
    let keys: Vec<&str> = path.split('.').filter(|key| !matches!(*key, "items" | "member")).collect();
    match keys.as_slice() {
        [.., a, b] if keys.len() > 2 => format!("…{a}.{b}"),
        _ => path.to_owned(),
    }
}

fn card(picked: &Picked) -> Vec<Line> {
    let event = &picked.event;
    let card = knowledge::card(&event.name, &event.source, event.access);
    let lead = card.section("In an incident");
    let paragraph = lead.split("\n\n").next().unwrap_or("").replace('\n', " ").replace(['*', '`'], "");
    let first = paragraph.trim_start_matches("- ").split_inclusive(". ").next().unwrap_or("").trim().to_owned();
    if first.is_empty() {
        return Vec::new();
    }
    vec![
        Line::new(),
        Line::labelled("Card")
            .put(Tone::Plain, &first)
            .put(Tone::Dim, "  ")
            .put(Tone::Key, "x")
            .put(Tone::Dim, " the whole"),
    ]
}

fn remedies(model: &Model) -> Vec<Line> {
    let mut lines = Vec::new();
    for (at, suggestion) in model.remediation.suggestions.iter().take(3).enumerate() {
        if at == 0 {
            lines.push(Line::new());
        }
        let mark = if at == 0 { "▸ " } else { "  " };
        lines.push(
            Line::new()
                .put(Tone::Good, mark)
                .put(Tone::Key, "r")
                .put(Tone::Plain, "  ")
                .put(Tone::Strong, &suggestion.playbook)
                .put(Tone::Plain, &format!(": {}", suggestion.why))
                .hanging(5),
        );
    }
    lines
}

/// The title of the detail: time, severity, name, Region.
pub fn title(model: &Model) -> Vec<(Tone, String)> {
    let Some(picked) = &model.picked else { return Vec::new() };
    let worst = model.findings.on(picked.slot).first().map(|finding| finding.severity);
    let mut title = vec![(Tone::Plain, format!("{}  ", clock(picked.event.time)))];
    if let Some(severity) = worst {
        title.push((Tone::Level(severity), format!("{}  ", severity.word().to_uppercase())));
    }
    title.push((Tone::Strong, format!("{}  ", picked.event.name)));
    title.push((Tone::Plain, format!("{}  ", picked.event.region)));
    title.push((Tone::Dim, format!("{} ago", age(picked.event.time, model.now))));
    title
}

/// The kind of a resource in words, for a notice or a title.
pub fn kind_word(kind: ResourceKind) -> String {
    format!("{kind:?}").chars().fold(String::new(), |mut out, c| {
        if c.is_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.push(c.to_ascii_lowercase());
        out
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{flatten, kind_word};
    use crate::domain::resource::ResourceKind;

    #[test]
    fn the_leaves_of_a_request_are_named_by_their_last_telling_key() {
        let mut pairs = Vec::new();
        let request = json!({"groupId": "sg-9", "ipPermissions": {"items": [{"fromPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}, "none": null});
        flatten(&request, "", &mut pairs);
        let words: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(words, ["groupId=sg-9", "fromPort=22", "cidrIp=0.0.0.0/0"]);
    }

    #[test]
    fn a_kind_is_said_in_words() {
        assert_eq!(kind_word(ResourceKind::SecurityGroup), "security group");
    }
}
