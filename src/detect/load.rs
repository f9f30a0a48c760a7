//! Rule files made into a compiled set.

use std::collections::HashMap;

use super::Compiled;
use super::correlation::{Correlation, Definition};
use super::draft::{self, Body};
use super::encoding::Placeholders;
use super::expression::Expression;
use super::index::Index;
use super::logic::{self, Fields};
use super::rule::{Rule, RuleError};
use super::yaml::{self, Map};

/// The origin of the rules that the program brings along.
pub(super) const OURS: &str = "ours";

/// Rules being loaded.
pub(super) struct Loader<'a> {
    placeholders: &'a Placeholders,
    fields: Fields,
    rules: Vec<Rule>,
    logic: Vec<Option<Expression>>,
    ids: HashMap<String, usize>,
    correlations: Vec<(Rule, Definition)>,
    filters: Vec<(Rule, Vec<String>, Map)>,
    errors: Vec<RuleError>,
    /// Titles and names of rules for other log sources, which correlations may name.
    foreign: Vec<String>,
}

impl<'a> Loader<'a> {
    /// Nothing loaded yet.
    pub(super) fn new(placeholders: &'a Placeholders) -> Self {
        Self {
            placeholders,
            fields: Fields::default(),
            rules: Vec::new(),
            logic: Vec::new(),
            ids: HashMap::new(),
            correlations: Vec::new(),
            filters: Vec::new(),
            errors: Vec::new(),
            foreign: Vec::new(),
        }
    }

    /// Takes in the rules of one file.
    pub(super) fn file(&mut self, origin: &str, path: &str, text: &str) {
        let documents = yaml::documents(text);
        if documents.is_empty() {
            self.errors.push(RuleError { path: path.to_owned(), why: "it is empty".into(), passed_over: true });
        }
        let several = documents.len() > 1;
        for (line, text) in documents {
            let place = |why: String| if several { format!("document at line {line}: {why}") } else { why };
            let id = if several { format!("{path}:{line}") } else { path.to_owned() };
            if let Err(mut error) = self.document(origin, path, &id, &text) {
                error.why = place(error.why);
                self.errors.push(error);
            }
        }
    }

    fn document(&mut self, origin: &str, path: &str, place: &str, text: &str) -> Result<(), RuleError> {
        let fault = |why: String, passed_over: bool| RuleError { path: path.to_owned(), why, passed_over };
        let document = yaml::read(text).map_err(|why| fault(format!("it is no YAML: {why}"), false))?;
        let draft = draft::read(&document, origin, path, place).inspect_err(|error| {
            if error.passed_over {
                let texts = ["id", "name", "title"].iter().filter_map(|key| document.get(key)?.as_str());
                self.foreign.extend(texts.map(str::to_owned));
            }
        })?;
        let rule = draft.rule;
        let titled = |why: String| fault(format!("{}: {why}", rule.title), false);
        if !matches!(draft.body, Body::Filter { .. })
            && let Some(error) = self.twice(&rule)
        {
            return Err(error);
        }
        match draft.body {
            Body::Detection(detection) => {
                let logic = logic::compile(&detection, &mut self.fields, self.placeholders).map_err(titled)?;
                self.ids.insert(rule.id.clone(), self.rules.len());
                self.logic.push(Some(logic));
                self.rules.push(rule);
            }
            Body::Correlation(definition) => self.correlations.push((rule, definition)),
            Body::Filter { rules, filter } => self.filters.push((rule, rules, filter)),
        }
        Ok(())
    }

    /// Another rule with the id is loaded already. That one of the user's stands
    /// for one of ours is as they want it; all else they should know.
    fn twice(&self, rule: &Rule) -> Option<RuleError> {
        let known = self.rules.get(*self.ids.get(&rule.id)?)?;
        let why = format!("{}: a rule with the id {} is loaded from {} already", rule.title, rule.id, known.path);
        let passed_over = rule.origin == OURS && known.origin != OURS;
        Some(RuleError { path: rule.path.clone(), why, passed_over })
    }

    /// Ties the rules together and indexes them.
    pub(super) fn finish(mut self, identity: usize) -> (Compiled, Vec<RuleError>) {
        self.filter();
        let mut waiting = std::mem::take(&mut self.correlations);
        let mut tied: Vec<(usize, Definition, Vec<usize>)> = Vec::new();
        // A correlation may look at others: each is tied once all that it looks at are.
        loop {
            let before = waiting.len();
            for (rule, definition) in std::mem::take(&mut waiting) {
                if let Some(error) = self.twice(&rule) {
                    self.errors.push(error);
                    continue;
                }
                let parts: Option<Vec<usize>> =
                    definition.rules.iter().map(|name| self.named(name, &rule.path)).collect();
                let Some(parts) = parts else {
                    waiting.push((rule, definition));
                    continue;
                };
                let number = self.rules.len();
                self.ids.insert(rule.id.clone(), number);
                self.rules.push(rule);
                self.logic.push(None);
                tied.push((number, definition, parts));
            }
            if waiting.is_empty() || waiting.len() == before {
                break;
            }
        }
        for (rule, definition) in waiting {
            self.refuse(&rule, &definition);
        }
        self.silence(&tied);
        let mut correlations = Vec::new();
        let mut looked_at_by = vec![Vec::new(); self.rules.len()];
        for (number, definition, parts) in tied {
            let names: Vec<_> = parts
                .iter()
                .map(|part| {
                    let rule = &self.rules[*part];
                    (*part as u32, [rule.name.as_str(), rule.id.as_str(), rule.title.as_str()])
                })
                .collect();
            let fields = &mut self.fields;
            let correlation = Correlation::new(number as u32, definition, &names, |field| fields.path(field));
            for part in correlation.looks_at() {
                let place: &mut Vec<usize> = &mut looked_at_by[part as usize];
                if !place.contains(&correlations.len()) {
                    place.push(correlations.len());
                }
            }
            correlations.push(correlation);
        }
        let mut index = Index::default();
        for (number, logic) in self.logic.iter().enumerate() {
            if let Some(logic) = logic {
                index.add(number as u32, logic);
            }
        }
        let behind_index = self.logic.iter().map(|logic| logic.as_ref().map(Expression::behind_index)).collect();
        let compiled = Compiled {
            identity,
            rules: self.rules,
            logic: self.logic,
            behind_index,
            ids: self.ids,
            index,
            correlations,
            looked_at_by,
        };
        (compiled, self.errors)
    }

    /// Rules that a correlation looks at make no findings by themselves, unless
    /// one of the correlations says so.
    fn silence(&mut self, tied: &[(usize, Definition, Vec<usize>)]) {
        let mut generates: HashMap<usize, bool> = HashMap::new();
        for (_, definition, parts) in tied {
            for part in parts {
                *generates.entry(*part).or_default() |= definition.generates;
            }
        }
        for (part, generates) in generates {
            self.rules[part].generates = generates;
        }
    }

    /// The rule that a correlation or filter means by an id, a name or a title:
    /// rather one of its own file.
    fn named(&self, name: &str, path: &str) -> Option<usize> {
        let called = |rule: &Rule| rule.name == name || rule.title == name;
        self.ids
            .get(name)
            .copied()
            .or_else(|| self.rules.iter().position(|rule| rule.path == path && called(rule)))
            .or_else(|| self.rules.iter().position(called))
    }

    /// Says why a correlation could not be tied.
    fn refuse(&mut self, rule: &Rule, definition: &Definition) {
        let missing: Vec<&str> =
            definition.rules.iter().filter(|name| self.named(name, &rule.path).is_none()).map(String::as_str).collect();
        let foreign = missing.iter().all(|name| self.foreign.iter().any(|known| known == name));
        let why = format!(
            "{}: it looks at {}, which {} not loaded (missing, broken, or looking back at it)",
            rule.title,
            missing.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
            if missing.len() == 1 { "is" } else { "are" },
        );
        self.errors.push(RuleError { path: rule.path.clone(), why, passed_over: foreign });
    }

    /// Adds each filter to the rules that it names: they match only where the
    /// filter's condition holds too.
    fn filter(&mut self) {
        for (rule, names, filter) in std::mem::take(&mut self.filters) {
            let compiled = match logic::compile(&filter, &mut self.fields, self.placeholders) {
                Ok(compiled) => compiled,
                Err(why) => {
                    let why = format!("{}: {why}", rule.title);
                    self.errors.push(RuleError { path: rule.path, why, passed_over: false });
                    continue;
                }
            };
            for name in names {
                let number = self.named(&name, &rule.path);
                if let Some(Some(logic)) = number.and_then(|number| self.logic.get_mut(number)) {
                    *logic = logic::all(vec![logic.clone(), compiled.clone()]).sorted();
                } else {
                    let why = format!("{}: it filters `{name}`, which is not loaded", rule.title);
                    self.errors.push(RuleError { path: rule.path.clone(), why, passed_over: false });
                }
            }
        }
    }
}
