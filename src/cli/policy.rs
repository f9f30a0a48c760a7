//! `stanch policy`: least-privilege IAM policies, for reading and for each playbook.

use super::args::Policy;
use super::failure::{Exit, Failure, Outcome};
use super::out::{Out, say};
use super::playbooks::{catalogue, named};
use super::setting::Setting;
use crate::respond::policy::{Narrowing, of_playbook, of_remedy, reading};

/// Prints the policy as one JSON document.
pub fn run(args: &Policy, setting: &Setting) -> Outcome {
    let narrowing = narrowing(args, setting)?;
    let (document, beside) = match (&args.playbook, args.remedy) {
        (None, None) => (reading(&narrowing), false),
        (_, Some(remedy)) => (of_remedy(remedy, &narrowing), true),
        (Some(name), None) => (of_playbook(named(&catalogue(setting)?, name)?, &narrowing), true),
    };
    let mut out = Out::new();
    out.document(&document)?;
    out.flush()?;
    if beside {
        say("this is what is needed beside the policy for reading: 'stanch policy' prints that one");
    }
    Ok(Exit::Done)
}

/// Several Regions are not one: the policy is then for any.
fn narrowing(args: &Policy, setting: &Setting) -> Result<Narrowing, Failure> {
    let region = match setting.config.regions.as_slice() {
        [one] if one != "all" => one.clone(),
        _ => String::new(),
    };
    let account = args.account.clone().unwrap_or_default();
    if !account.is_empty() && (account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(Failure::Usage("an account is twelve digits".into()));
    }
    Ok(Narrowing { account, region, tag: args.tag.clone() })
}
