//! Amazon EC2, one state for each Region.
//!
//! An action is a row of a table: its name, whether it reads or writes, how often it
//! may be asked, how CloudTrail writes it, and the function that carries it out. A
//! function takes the parameters and the Region and gives the answer as a value; the
//! protocol and the record are no business of it.

mod access;
mod acls;
mod actions;
pub mod build;
mod classic;
mod describe;
mod encryption;
mod groups;
pub mod ids;
mod images;
mod instances;
mod interfaces;
mod list;
mod modify;
pub mod phase;
mod profiles;
mod record;
mod rules;
mod run;
mod settle;
mod sharing;
mod show;
mod snapshots;
pub mod state;
pub mod store;
mod tags;
mod types;

use super::account::Account;
use super::limits::Limit;
use super::service::{Done, Refusal, Request, Traits};
use super::wire::query::Params;
use jiff::Timestamp;
use record::Shape;
use serde_json::{Value, json};
use state::Region;

/// What an action answers.
type Answer = Result<Value, Refusal>;

/// The answer of an action that has nothing to say.
fn done() -> Value {
    json!({"return": true})
}

/// What every action is given.
#[derive(Clone, Copy)]
struct Context<'a> {
    /// The whole request.
    request: &'a Request,
    /// Its parameters.
    params: Params<'a>,
    /// When it is served.
    now: Timestamp,
    /// The account's enabled Regions.
    regions: &'a [String],
}

type Reader = fn(&Context<'_>, &Region) -> Answer;
type Writer = fn(&Context<'_>, &mut Region) -> Answer;

/// How an action is carried out.
#[derive(Clone, Copy)]
enum Run {
    /// It reads, and may see what was a moment ago.
    Read(Reader),
    /// It writes.
    Write(Writer),
}

/// How often an action may be asked.
#[derive(Clone, Copy)]
enum Rate {
    /// More often with a filter, ids or a page size than without.
    Describe,
    /// So often.
    Fixed(Limit),
}

/// One action.
#[derive(Clone, Copy)]
struct Action {
    name: &'static str,
    run: Run,
    /// Whether it has the parameter DryRun.
    dry_run: bool,
    rate: Rate,
    shape: Shape,
}

/// What is known of an action; `None` where EC2 does not offer it.
pub fn traits(account: &Account, request: &Request) -> Option<Traits> {
    let action = actions::find(&request.action)?;
    let region = account.ec2.get(&request.region)?.peek();
    let params = Params(&request.params);
    let limit = match action.rate {
        Rate::Fixed(limit) => limit,
        Rate::Describe => {
            let narrowed = request.params.as_object().is_some_and(|fields| fields.keys().any(|key| key != "DryRun"));
            if narrowed { Limit::DESCRIBE } else { Limit::DESCRIBE_ALL }
        }
    };
    let read_only = matches!(action.run, Run::Read(_));
    let needs = access::needs(region, request, params, read_only);
    let recorded = record::parameters(action.name, action.shape, &request.params);
    Some(Traits { read_only, limit: Some(limit), needs, recorded })
}

/// Carries out a request that the caller may make.
pub fn act(account: &mut Account, request: &Request) -> Result<Done, Refusal> {
    let invalid =
        || Refusal::new("InvalidAction", format!("The action {} is not valid for this web service.", request.action));
    let action = actions::find(&request.action).ok_or_else(invalid)?;
    let params = Params(&request.params);
    let dry_run = params.flag("DryRun")?.unwrap_or_default();
    if dry_run && !action.dry_run {
        return Err(Refusal::new("UnknownParameter", "The parameter DryRun is not recognized"));
    }
    let Some(store) = account.ec2.get_mut(&request.region) else { return Err(invalid()) };
    let context = Context { request, params, now: request.now, regions: &account.spec.regions };
    let answer = match action.run {
        Run::Read(run) => run(&context, store.seen(request.now)),
        Run::Write(run) => store.write(request.now, !dry_run, |region| run(&context, region)),
    };
    if dry_run {
        return Err(after_dry_run(answer));
    }
    let answer = answer?;
    let recorded = match action.run {
        Run::Read(_) => Value::Null,
        Run::Write(_) => record::answer(action.name, action.shape, &answer),
    };
    Ok(Done { answer, recorded })
}

/// What a dry run answers. It looks at the parameters and whether the things exist,
/// not at the states that they are in: a call may fail that a dry run promised.
fn after_dry_run(answer: Answer) -> Refusal {
    match answer {
        Err(refusal) if refusal.code.ends_with(".Malformed") || refusal.code.ends_with("NotFound") => refusal,
        Err(refusal)
            if matches!(
                refusal.code.as_str(),
                "MissingParameter" | "InvalidParameterValue" | "InvalidParameterCombination" | "UnknownParameter"
            ) =>
        {
            refusal
        }
        _ => Refusal::new("DryRunOperation", "Request would have succeeded, but DryRun flag is set.").status(412),
    }
}
