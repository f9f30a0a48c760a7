//! The names of a scenario's file and the ids they stand for.

use std::collections::BTreeMap;

use super::ScenarioError;
use crate::sim::dice::Dice;

/// Where a named object is: its id, Region and VPC (empty where it has none).
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The object's id.
    pub id: String,
    /// Its Region.
    pub region: String,
    /// Its VPC's id.
    pub vpc: String,
}

/// Every name that the file has given so far, by kind.
#[derive(Debug, Default)]
pub struct Names {
    places: BTreeMap<(&'static str, String), Place>,
}

/// The kinds of object that a name can stand for.
pub const KINDS: [&str; 11] = [
    "instance",
    "volume",
    "interface",
    "group",
    "subnet",
    "vpc",
    "image",
    "snapshot",
    "account",
    "principal",
    "target_group",
];

/// The id of an object: the prefix, and seventeen hexadecimal digits that depend on
/// the object's name alone, so that a scenario's ids never change.
pub fn id(prefix: &str, name: &str) -> String {
    format!("{prefix}-0{}", Dice::new(0, &format!("{prefix} {name}")).hex(16))
}

/// The id of the `ordinal`-th of several alike: its last two digits are the ordinal.
pub fn numbered_id(prefix: &str, name: &str, ordinal: u32) -> String {
    let stem = Dice::new(0, &format!("{prefix} {name}")).hex(14);
    format!("{prefix}-0{stem}{:02}", ordinal % 100)
}

/// An error at an object.
pub fn wrong(at: impl Into<String>, why: impl Into<String>) -> ScenarioError {
    ScenarioError::Wrong { at: at.into(), why: why.into() }
}

impl Names {
    /// Gives a name its meaning; a name given twice is an error.
    pub fn add(&mut self, kind: &'static str, name: &str, place: Place) -> Result<(), ScenarioError> {
        if self.places.insert((kind, name.to_owned()), place).is_some() {
            return Err(wrong(format!("{kind} '{name}'"), "the name is taken: give each object its own"));
        }
        Ok(())
    }

    /// What a name stands for; `at` names the object that uses it.
    pub fn get(&self, kind: &'static str, name: &str, at: &str) -> Result<&Place, ScenarioError> {
        self.places.get(&(kind, name.to_owned())).ok_or_else(|| {
            let known: Vec<&str> =
                self.places.keys().filter(|(of, _)| *of == kind).map(|(_, name)| name.as_str()).take(12).collect();
            wrong(at, format!("there is no {kind} '{name}'; there are: {}", known.join(", ")))
        })
    }

    /// Puts ids in the place of `${kind:name}`; a `${word}` without a colon stays.
    pub fn fill(&self, text: &str, at: &str) -> Result<String, ScenarioError> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let (before, from) = rest.split_at(start);
            filled.push_str(before);
            let Some(end) = from.find('}') else {
                return Err(wrong(at, format!("'{text}' opens '${{' and never closes it")));
            };
            let inner = &from[2..end];
            match inner.split_once(':') {
                Some((kind, name)) => {
                    let Some(kind) = KINDS.iter().find(|&&known| known == kind) else {
                        return Err(wrong(
                            at,
                            format!("'{kind}' is no kind of object; the kinds are: {}", KINDS.join(", ")),
                        ));
                    };
                    filled.push_str(&self.get(kind, name, at)?.id);
                }
                None => filled.push_str(&from[..=end]),
            }
            rest = &from[end + 1..];
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_seventeen_digits_and_end_in_the_ordinal() {
        assert_eq!(id("vpc", "prod").len(), "vpc-".len() + 17);
        let seventh = numbered_id("i", "web", 7);
        assert_eq!(seventh.len(), "i-".len() + 17);
        assert!(seventh.ends_with("07"));
        assert!(seventh[2..].bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    #[test]
    fn a_reference_is_filled_and_an_unknown_one_names_what_there_is() {
        let mut names = Names::default();
        let place = Place { id: "sg-1".into(), ..Place::default() };
        names.add("group", "web", place).unwrap();
        assert_eq!(names.fill("x ${group:web} ${later}", "here").unwrap(), "x sg-1 ${later}");
        let error = names.fill("${group:wep}", "step 3").unwrap_err();
        assert_eq!(error.to_string(), "the scenario is wrong at step 3: there is no group 'wep'; there are: web");
        assert!(names.fill("${grup:web}", "here").is_err());
        assert!(names.fill("${group", "here").is_err());
    }
}
