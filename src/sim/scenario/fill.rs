//! Puts things of the account in the place of the words of a template.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::{SignedDuration, Timestamp};

use super::Scenario;
use crate::sim::camel::written_out;
use crate::sim::dice::Dice;

/// The words that every scenario knows beside its own lists, for the documentation
/// and for messages.
pub const WORDS: &str = "account region instance volume interface group subnet vpc image snapshot asg target_group \
                         target uuid hex date iso epoch key arn user role base64 int";

/// The circumstances of one call.
pub struct Filler<'a> {
    /// The account that the words are drawn from.
    pub scenario: &'a Scenario,
    /// The Region of the call.
    pub region: &'a str,
    /// When it is made.
    pub time: Timestamp,
    /// What decides.
    pub dice: Dice,
    /// What is decided already: a word means the same all over one call.
    pub known: BTreeMap<String, String>,
}

impl Filler<'_> {
    /// The template with every word replaced; the word itself where it means nothing.
    pub fn fill(&mut self, template: &str) -> Result<String, String> {
        let mut filled = String::with_capacity(template.len());
        let mut rest = template;
        while let Some(start) = rest.find("${") {
            filled.push_str(&rest[..start]);
            let from = &rest[start + 2..];
            let end = from.find('}').ok_or_else(|| from.to_owned())?;
            let word = &from[..end];
            if !self.known.contains_key(word) {
                let value = self.meaning(word).ok_or_else(|| word.to_owned())?;
                self.known.insert(word.to_owned(), value);
            }
            let value = self.known.get(word).cloned().unwrap_or_default();
            filled.push_str(&value);
            rest = &from[end + 1..];
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn meaning(&mut self, word: &str) -> Option<String> {
        let scenario = self.scenario;
        let region = self.region;
        let (head, argument) = word.split_once(':').unwrap_or((word, ""));
        match head {
            "account" => Some(scenario.account.id.clone()),
            "region" => Some(region.to_owned()),
            "instance" => self.one_of(scenario.instances.iter().filter(|one| one.region == region).map(|one| &one.id)),
            "volume" => self.one_of(
                scenario
                    .instances
                    .iter()
                    .filter(|one| one.region == region)
                    .flat_map(|one| &one.volumes)
                    .map(|volume| &volume.id),
            ),
            "interface" => self.one_of(
                scenario
                    .instances
                    .iter()
                    .filter(|one| one.region == region)
                    .flat_map(|one| &one.interfaces)
                    .map(|interface| &interface.id),
            ),
            "group" => self.one_of(scenario.groups.iter().filter(|one| one.region == region).map(|one| &one.id)),
            "subnet" => self.one_of(scenario.subnets.iter().filter(|one| one.region == region).map(|one| &one.id)),
            "vpc" => self.one_of(scenario.vpcs.iter().filter(|one| one.region == region).map(|one| &one.id)),
            "image" => self.one_of(scenario.images.iter().filter(|one| one.region == region).map(|one| &one.id)),
            "snapshot" => self.one_of(scenario.snapshots.iter().filter(|one| one.region == region).map(|one| &one.id)),
            "asg" => {
                self.one_of(scenario.scaling_groups.iter().filter(|one| one.region == region).map(|one| &one.name))
            }
            "target_group" => {
                let with_targets =
                    scenario.target_groups.iter().filter(|one| one.region == region && !one.targets.is_empty());
                self.one_of(with_targets.map(|one| &one.arn))
            }
            // A target goes with the target group that the same call names.
            "target" => {
                let group = self.known.get("target_group").cloned()?;
                let targets = scenario.target_groups.iter().filter(|one| one.arn == group).flat_map(|one| &one.targets);
                self.one_of(targets.map(|(id, _)| id))
            }
            "role" => self.one_of(scenario.profiles.iter().map(|profile| &profile.role)),
            "uuid" => Some(self.dice.uuid()),
            "hex" => Some(self.dice.hex(argument.parse().unwrap_or(17))),
            "key" => Some(self.dice.iam_id("ASIA")),
            "base64" => {
                let bytes: Vec<u8> = (0..argument.parse().unwrap_or(48)).map(|_| self.dice.below(256) as u8).collect();
                Some(BASE64_STANDARD.encode(bytes))
            }
            "int" => {
                let (low, high) = argument.split_once(':')?;
                Some(self.dice.between(low.parse().ok()?, high.parse().ok()?).to_string())
            }
            "date" => Some(written_out(self.shifted(argument)?)),
            "iso" => Some(self.shifted(argument)?.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
            "epoch" => Some(self.shifted(argument)?.as_millisecond().to_string()),
            _ => {
                let list = scenario.words.get(head)?;
                self.dice.pick(list).cloned()
            }
        }
    }

    fn one_of<'b>(&mut self, of: impl Iterator<Item = &'b String>) -> Option<String> {
        let all: Vec<&String> = of.collect();
        self.dice.pick(&all).map(|one| (*one).clone())
    }

    /// The call's time, so many seconds later.
    fn shifted(&self, seconds: &str) -> Option<Timestamp> {
        let seconds: i64 = if seconds.is_empty() { 0 } else { seconds.parse().ok()? };
        self.time.saturating_add(SignedDuration::from_secs(seconds)).ok()
    }
}
