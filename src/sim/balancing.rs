//! Elastic Load Balancing, version 2: load balancers with their listeners, target
//! groups with their targets. One state for each Region.
//!
//! A target's health is not kept but follows from when it was registered, when it was
//! taken off and what its instance does.

mod describe;
mod health;
pub mod state;
mod targets;

use super::account::Account;
use super::camel;
use super::ec2;
use super::service::{Done, Need, Refusal, Request, Traits};
use super::wire::query::Params;
use jiff::Timestamp;
use serde_json::{Value, json};
use state::Balancing;

/// What every action is given.
struct Context<'a> {
    request: &'a Request,
    params: Params<'a>,
    now: Timestamp,
    ec2: &'a ec2::state::Region,
}

/// The parameters that are numbers.
const NUMBERS: &[&str] = &["PageSize", "Port"];

/// What is known of an action; `None` where the service does not offer it.
pub fn traits(account: &Account, request: &Request) -> Option<Traits> {
    let read_only = match request.action.as_str() {
        "DescribeLoadBalancers"
        | "DescribeListeners"
        | "DescribeTargetGroups"
        | "DescribeTargetGroupAttributes"
        | "DescribeTargetHealth"
        | "DescribeTags" => true,
        "RegisterTargets" | "DeregisterTargets" => false,
        _ => return None,
    };
    let mut need = Need::of(request);
    if !read_only && let Some(arn) = Params(&request.params).text("TargetGroupArn") {
        arn.clone_into(&mut need.resource);
        let group = account.balancing.get(&request.region).and_then(|one| one.target_group(arn));
        for (key, value) in group.iter().flat_map(|group| &group.tags) {
            need.context.push((format!("aws:ResourceTag/{key}"), vec![value.clone()]));
            need.context.push((format!("elasticloadbalancing:ResourceTag/{key}"), vec![value.clone()]));
        }
    }
    let recorded = camel::parameters(&request.params, NUMBERS);
    Some(Traits { read_only, needs: vec![need], recorded, ..Traits::default() })
}

/// Carries out a request that the caller may make.
pub fn act(account: &mut Account, request: &Request) -> Result<Done, Refusal> {
    let (Some(store), Some(state)) = (account.ec2.get_mut(&request.region), account.balancing.get_mut(&request.region))
    else {
        return Err(Refusal::new("InvalidAction", "The Region is not enabled."));
    };
    let context =
        Context { request, params: Params(&request.params), now: request.now, ec2: store.present(request.now) };
    state.settle(&context);
    let answer: Value = match request.action.as_str() {
        "DescribeLoadBalancers" => describe::load_balancers(&context, state)?,
        "DescribeListeners" => describe::listeners(&context, state)?,
        "DescribeTargetGroups" => describe::target_groups(&context, state)?,
        "DescribeTargetGroupAttributes" => describe::attributes(&context, state)?,
        "DescribeTargetHealth" => health::describe(&context, state)?,
        "DescribeTags" => describe::tags(&context, state)?,
        "RegisterTargets" => targets::register(&context, state)?,
        _ => targets::deregister(&context, state)?,
    };
    Ok(Done { answer, recorded: Value::Null })
}

impl Balancing {
    /// Lets go of the targets whose draining is over, and of those whose instance is gone.
    fn settle(&mut self, context: &Context<'_>) {
        for group in &mut self.target_groups {
            group.targets.retain(|target| {
                target.gone.is_none_or(|gone| gone > context.now) && context.ec2.instance(&target.id).is_some()
            });
        }
    }
}

/// The refusal of a target group that is not there.
fn no_target_group() -> Refusal {
    Refusal::new("TargetGroupNotFound", "One or more target groups not found")
}

/// The answer of an action that has nothing to say.
fn nothing() -> Value {
    json!({})
}
