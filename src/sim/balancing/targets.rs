//! Targets: registering them and taking them off.

use super::state::{Balancing, Target};
use super::{Context, no_target_group, nothing};
use crate::sim::ec2::phase::Phase;
use crate::sim::service::Refusal;
use crate::sim::wire::query::{Params, null};
use serde_json::Value;

/// A target that a request names: the instance and the port, the group's own where it
/// names none.
fn named(target: Params<'_>, port: u16) -> Result<(&str, u16), Refusal> {
    let id = target.must_have("Id")?;
    let port = match target.number("Port")? {
        None => port,
        Some(asked) => u16::try_from(asked)
            .ok()
            .filter(|port| *port > 0)
            .ok_or_else(|| Refusal::new("ValidationError", format!("The port '{asked}' is not between 1 and 65535")))?,
    };
    Ok((id, port))
}

fn asked<'a>(context: &Context<'a>, port: u16) -> Result<Vec<(&'a str, u16)>, Refusal> {
    let targets = context.params.structures("Targets");
    if targets.is_empty() {
        return Err(null("Targets"));
    }
    targets.into_iter().map(|target| named(target, port)).collect()
}

fn invalid(message: String) -> Refusal {
    Refusal::new("InvalidTarget", message)
}

pub(super) fn register(context: &Context<'_>, state: &mut Balancing) -> Result<Value, Refusal> {
    let arn = context.params.must_have("TargetGroupArn")?;
    let group = state.target_group_mut(arn).ok_or_else(no_target_group)?;
    let asked = asked(context, group.spec.port)?;
    for (id, _) in &asked {
        let Some(instance) = context.ec2.instance(id) else {
            return Err(invalid(format!("Instance ID '{id}' is not valid")));
        };
        if instance.vpc != group.spec.vpc {
            return Err(invalid(format!(
                "The following targets are not in the target group VPC '{}': '{id}'",
                group.spec.vpc
            )));
        }
        if !matches!(instance.state.phase, Phase::Running) {
            let message = format!("The following targets are not in a running state and cannot be registered: '{id}'");
            return Err(invalid(message));
        }
    }
    for (id, port) in asked {
        match group.targets.iter_mut().find(|target| target.id == id && target.port == port) {
            // A target that drains comes back; one that is there stays as it is.
            Some(known) if known.gone.is_some() => {
                known.gone = None;
                known.since = context.now;
            }
            Some(_) => {}
            None => group.targets.push(Target { id: id.to_owned(), port, since: context.now, gone: None }),
        }
    }
    Ok(nothing())
}

/// A target that is not there is no error.
pub(super) fn deregister(context: &Context<'_>, state: &mut Balancing) -> Result<Value, Refusal> {
    let arn = context.params.must_have("TargetGroupArn")?;
    let group = state.target_group_mut(arn).ok_or_else(no_target_group)?;
    let over = context.now + group.delay();
    let structures = context.params.structures("Targets");
    if structures.is_empty() {
        return Err(null("Targets"));
    }
    for target in structures {
        let (id, port) = (target.must_have("Id")?, target.number("Port")?);
        let meant = |one: &&mut Target| one.id == id && port.is_none_or(|port| i64::from(one.port) == port);
        for known in group.targets.iter_mut().filter(meant) {
            known.gone.get_or_insert(over);
        }
    }
    Ok(nothing())
}
