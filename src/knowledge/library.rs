//! All cards: those that come with the program, and the user's own over them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::card::Card;
use super::derived::{derive, guess};
use crate::domain::event::Access;

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        /// The cards that come with the program: event name and text.
        pub const BUILTIN: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../assets/cards/", $name, ".md")))),*];
    };
}

embedded![
    "AssociateIamInstanceProfile",
    "AttachInstances",
    "AttachUserPolicy",
    "AuthorizeSecurityGroupEgress",
    "AuthorizeSecurityGroupIngress",
    "ConsoleLogin",
    "CreateAccessKey",
    "CreateImage",
    "CreateKeyPair",
    "CreateNetworkAclEntry",
    "CreateSecurityGroup",
    "CreateSnapshot",
    "CreateSnapshots",
    "CreateTags",
    "CreateUser",
    "DeleteFlowLogs",
    "DeleteNetworkAclEntry",
    "DeleteRolePolicy",
    "DeleteSecurityGroup",
    "DeleteSnapshot",
    "DeleteTags",
    "DeleteTrail",
    "DeleteUserPolicy",
    "DeregisterTargets",
    "DetachClassicLinkVpc",
    "DetachInstances",
    "DisableEbsEncryptionByDefault",
    "DisassociateIamInstanceProfile",
    "EnableEbsEncryptionByDefault",
    "EnterStandby",
    "ExitStandby",
    "ImportKeyPair",
    "ModifyImageAttribute",
    "ModifyInstanceAttribute",
    "ModifyInstanceMetadataOptions",
    "ModifyNetworkInterfaceAttribute",
    "ModifySnapshotAttribute",
    "PutEventSelectors",
    "PutRolePolicy",
    "PutUserPolicy",
    "RebootInstances",
    "RegisterTargets",
    "ReplaceIamInstanceProfileAssociation",
    "ResumeProcesses",
    "RevokeSecurityGroupEgress",
    "RevokeSecurityGroupIngress",
    "RunInstances",
    "StartInstances",
    "StopInstances",
    "StopLogging",
    "SuspendProcesses",
    "TerminateInstances",
    "UpdateAccessKey",
    "UpdateTrail",
];

/// Cards by event name.
#[derive(Debug, Clone, Default)]
pub struct Library(BTreeMap<String, Card>);

impl Library {
    /// The cards that come with the program. A card that cannot be read is left
    /// out; a test holds that there is none.
    pub fn builtin() -> &'static Self {
        static LIBRARY: OnceLock<Library> = OnceLock::new();
        LIBRARY.get_or_init(|| {
            let cards = BUILTIN.iter().filter_map(|(_, text)| Card::parse(text).ok());
            Self(cards.map(|card| (card.event.clone(), card)).collect())
        })
    }

    /// The same with the user's cards laid over, each given as origin and text;
    /// and what is wrong with those that cannot be read.
    pub fn with_user(&self, texts: &[(String, String)]) -> (Self, Vec<(String, String)>) {
        let mut library = self.clone();
        let mut errors = Vec::new();
        for (origin, text) in texts {
            match Card::parse(text) {
                Ok(card) => {
                    library.0.insert(card.event.clone(), card);
                }
                Err(why) => errors.push((origin.clone(), why)),
            }
        }
        (library, errors)
    }

    /// All cards, by event name.
    pub fn cards(&self) -> impl Iterator<Item = &Card> {
        self.0.values()
    }

    /// The card of an event name, if there is one of its own.
    pub fn get(&self, event: &str) -> Option<&Card> {
        self.0.get(event)
    }

    /// The card of an event: its own, else one derived from name, service and access.
    /// A name that another service also has gets a card only with the same source.
    pub fn card(&self, event: &str, source: &str, access: Access) -> Card {
        match self.get(event) {
            Some(card) if source.is_empty() || card.source == source => card.clone(),
            _ => derive(event, source, access),
        }
    }

    /// The card of an event of which nothing but the name is known, and perhaps its service.
    pub fn card_of_name(&self, event: &str, source: &str) -> Card {
        match self.get(event) {
            Some(card) if source.is_empty() || card.source == source => card.clone(),
            _ => guess(event, source),
        }
    }
}

/// The card of an event among those that come with the program.
pub fn card(event: &str, source: &str, access: Access) -> Card {
    Library::builtin().card(event, source, access)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::{BUILTIN, Card, Library, card};
    use crate::domain::event::Access;
    use crate::knowledge::fills::NAMES;

    #[test]
    fn every_card_reads_and_stands_under_its_own_name() {
        for (name, text) in BUILTIN {
            let card = Card::parse(text).unwrap_or_else(|why| panic!("{name}: {why}"));
            assert_eq!(card.event, *name);
            assert!(!card.commands(&super::super::Fills::default()).is_empty(), "{name} has no command");
            assert!(card.section("In code").contains("```python"), "{name} has no code");
            assert!(card.source.ends_with(".amazonaws.com"), "{name}");
            assert_eq!(card.access, Access::of(name, Some(false)), "{name}");
        }
    }

    #[test]
    fn every_file_of_the_folder_is_embedded() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/cards");
        let files: BTreeSet<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        let embedded: BTreeSet<String> = BUILTIN.iter().map(|(name, _)| (*name).to_string()).collect();
        assert_eq!(files, embedded);
    }

    #[test]
    fn every_placeholder_of_a_card_is_a_known_one() {
        let placeholder = regex::Regex::new(r"\{([a-z]+(?:_[a-z]+)*)\}").unwrap();
        for (name, text) in BUILTIN {
            for found in placeholder.captures_iter(text) {
                assert!(NAMES.contains(&&found[1]), "{name}: {{{}}} is no placeholder", &found[1]);
            }
        }
    }

    #[test]
    fn a_user_s_card_replaces_the_one_that_comes_with_the_program() {
        let text = BUILTIN[0].1.replacen("title = \"", "title = \"Ours: ", 1);
        let texts = [("a.md".to_string(), text), ("b.md".to_string(), "nothing".to_string())];
        let (library, errors) = Library::builtin().with_user(&texts);
        assert!(library.get(BUILTIN[0].0).unwrap().title.starts_with("Ours: "));
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].0, "b.md");
    }

    #[test]
    fn the_same_name_of_another_service_gets_no_foreign_card() {
        assert!(!card("DetachClassicLinkVpc", "ec2.amazonaws.com", Access::Destructive).derived);
        assert!(card("DetachClassicLinkVpc", "other.amazonaws.com", Access::Write).derived);
    }
}
