//! The card of an event that has none: what name, service and read-only flag say.

use super::card::{Card, SECTIONS, Section};
use crate::domain::event::Access;

/// Verbs that change something, beside those of [`Access::of`].
const CHANGES: [&str; 24] = [
    "Accept",
    "Add",
    "Allocate",
    "Apply",
    "Associate",
    "Attach",
    "Authorize",
    "Copy",
    "Create",
    "Enable",
    "Import",
    "Invoke",
    "Modify",
    "Put",
    "Reboot",
    "Register",
    "Replace",
    "Reset",
    "Run",
    "Send",
    "Set",
    "Start",
    "Tag",
    "Update",
];

/// A card derived from an event's name, its service and what it does, as a record tells them.
pub fn derive(event: &str, source: &str, access: Access) -> Card {
    let does = match access {
        Access::Read => "It only reads: by itself it changes nothing.",
        Access::Write => "It changes something.",
        Access::Destructive => "It removes or stops something: what is gone may be evidence.",
    };
    let service = source.split('.').next().unwrap_or(source);
    made(event, source, access, &format!("A call to {service} named {event} ({}). {does}", words(event)))
}

/// A card derived from a name alone, of which nobody knows whether AWS has such an event.
pub fn guess(event: &str, source: &str) -> Card {
    let access = Access::of(event, None);
    let suggests = match access {
        Access::Read => "its verb suggests that it only reads",
        Access::Destructive => "its verb suggests that it removes or stops something",
        Access::Write if CHANGES.iter().any(|verb| event.starts_with(verb)) => {
            "its verb suggests that it changes something"
        }
        Access::Write => "its first word does not tell whether it reads or changes something",
    };
    let service = match source.split('.').next().unwrap_or(source) {
        "" => "its service is not known here".to_owned(),
        service => format!("you say that {service} records it"),
    };
    let text = format!(
        "No card is written for {event} ({}), and whether AWS has an event of that name is not known here: look at \
         how it is written. By the name alone, as a guess: {suggests}; {service}. A record of it tells both, in \
         `readOnly` and `eventSource`.",
        words(event)
    );
    Card { guessed: true, ..made(event, source, access, &text) }
}

fn made(event: &str, source: &str, access: Access, what_it_is: &str) -> Card {
    let words = words(event);
    let incident = match access {
        Access::Read => {
            "Reading is how an intruder looks around. One such call says little; many different ones from one key in \
             a short time, from a new address, or with many refusals, are reconnaissance."
        }
        Access::Write => {
            "A change by somebody who should not make it opens a way in, keeps one open, or prepares the next step. \
             Ask whether this actor makes such changes, from this address, at this hour."
        }
        Access::Destructive => {
            "What removes or stops a thing can be damage, or can hide what came before: look at what the thing would \
             have shown or prevented."
        }
    };
    let harmless = "Automation (Terraform, CloudFormation, Auto Scaling, CI) makes most calls of an account: known \
                    user agent, known address, at its usual hours, and a change that somebody announced.";
    let next = "- the whole record: request parameters, response elements, error\n\
                - the same actor before and after: key `a` in the console\n\
                - the same resource: key `i`\n\
                - who opened the actor's session, and from where";
    let texts = [
        what_it_is.to_string(),
        incident.to_string(),
        harmless.to_string(),
        next.to_string(),
        match access {
            Access::Read => "No playbook reverts a read. If the key is in wrong hands: `leaked-key`.".to_string(),
            _ => "No playbook is known for this event by its name. If the key is in wrong hands: `leaked-key`; if an \
                  instance is: `compromised-instance`."
                .to_string(),
        },
        "In CloudTrail, open Event history, and filter by the event name; then open the service's own console at the \
         resource that the record names."
            .to_string(),
        format!(
            "```sh\naws cloudtrail lookup-events --region {{region}} \\\n  --lookup-attributes \
             AttributeKey=EventName,AttributeValue={}\n```",
            if event.chars().all(|c| c.is_ascii_alphanumeric()) { event } else { "EVENT_NAME" }
        ),
        format!(
            "```python\nimport boto3\n\npages = boto3.client(\"cloudtrail\", \
             region_name=\"{{region}}\").get_paginator(\"lookup_events\")\nfor page in pages.paginate(LookupAttributes=[\n\
             \x20   {{\"AttributeKey\": \"EventName\", \"AttributeValue\": \"{}\"}}]):\n    for event in page[\"Events\"]:\n\
             \x20       print(event[\"EventTime\"], event.get(\"Username\"), event[\"EventId\"])\n```",
            if event.chars().all(|c| c.is_ascii_alphanumeric()) { event } else { "EVENT_NAME" }
        ),
    ];
    Card {
        event: event.to_string(),
        source: source.to_string(),
        title: words,
        access,
        derived: true,
        guessed: false,
        playbooks: Vec::new(),
        sections: SECTIONS
            .iter()
            .zip(texts)
            .map(|(heading, text)| Section { heading: (*heading).to_string(), text })
            .collect(),
    }
}

/// `modify VPC attribute` of `ModifyVpcAttribute`.
pub(super) fn words(name: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let chars: Vec<char> = name.chars().collect();
    let mut word = String::new();
    for (at, &c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| chars[before]);
        let after_small = before.is_some_and(|b| b.is_lowercase() || b.is_ascii_digit());
        let last_of_initials =
            before.is_some_and(char::is_uppercase) && chars.get(at + 1).is_some_and(|next| next.is_lowercase());
        if c.is_uppercase() && !word.is_empty() && (after_small || last_of_initials) {
            words.push(std::mem::take(&mut word));
        }
        word.push(c);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
        .iter()
        .map(|word| {
            let initials = word.len() > 1 && word.chars().all(|c| c.is_uppercase() || c.is_ascii_digit());
            match word.as_str() {
                "Vpc" | "Iam" | "Ebs" | "Acl" | "Mfa" | "Ssh" | "Kms" | "Db" | "Saml" | "Nat" | "Dns" | "Tls" => {
                    word.to_uppercase()
                }
                _ if initials => word.clone(),
                _ => word.to_lowercase(),
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::{derive, guess, words};
    use crate::domain::event::Access;
    use crate::knowledge::Fills;

    #[test]
    fn a_name_is_read_as_words() {
        for (name, read) in [
            ("ModifyVpcAttribute", "modify VPC attribute"),
            ("CreateDBInstance", "create DB instance"),
            ("CreateFunction20150331", "create function20150331"),
            ("GetMFADevice", "get MFA device"),
            ("x", "x"),
            ("", ""),
        ] {
            assert_eq!(words(name), read);
        }
    }

    #[test]
    fn a_derived_card_says_that_it_is_derived_and_asks_for_its_own_event() {
        let card = derive("ModifyVpcAttribute", "ec2.amazonaws.com", Access::Write);
        assert!(card.derived);
        let text = card.render(80, &Fills::default());
        assert!(text.contains("derived from the name"), "{text}");
        assert_eq!(
            card.commands(&Fills::default()),
            ["aws cloudtrail lookup-events --region REGION --lookup-attributes \
              AttributeKey=EventName,AttributeValue=ModifyVpcAttribute"]
        );
    }

    #[test]
    fn of_a_name_that_nobody_knows_only_a_guess_is_told() {
        let text = |name: &str, source: &str| guess(name, source).render(1000, &Fills::default());
        let unknown = text("NoSuchEventAtAll", "");
        assert!(unknown.contains("is not known here") && unknown.contains("does not tell whether"), "{unknown}");
        assert!(!unknown.contains("It changes something."), "{unknown}");
        assert!(text("DeleteFoo", "").contains("as a guess: its verb suggests that it removes"));
        assert!(text("UpdateFoo", "foo.amazonaws.com").contains("changes something; you say that foo records it"));
    }

    #[test]
    fn a_hostile_name_becomes_no_command() {
        let card = derive("x; rm -rf ~", "ec2.amazonaws.com", Access::Write);
        assert!(card.commands(&Fills::default())[0].ends_with("AttributeValue=EVENT_NAME"));
    }
}
