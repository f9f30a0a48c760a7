//! The size of a group: wanted, least and most.

use super::activity::instant;
use super::{invalid, named};
use crate::sim::account::Account;
use crate::sim::service::{Refusal, Request};
use crate::sim::wire::query::{Params, null};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// How long a group takes to see a change of its size.
pub(super) const NOTICE: SignedDuration = SignedDuration::from_secs(8);

pub(super) fn set_desired(account: &mut Account, request: &Request) -> Result<Value, Refusal> {
    let params = Params(&request.params);
    let wanted = params.number("DesiredCapacity")?.ok_or_else(|| null("DesiredCapacity"))?;
    let honour = params.flag("HonorCooldown")?.unwrap_or_default();
    let group = named(account, request)?;
    if wanted > group.spec.max {
        let message = format!(
            "New SetDesiredCapacity value {wanted} is above max value {} for the AutoScalingGroup.",
            group.spec.max
        );
        return Err(invalid(message));
    }
    if wanted < group.spec.min {
        let message = format!(
            "New SetDesiredCapacity value {wanted} is below min value {} for the AutoScalingGroup.",
            group.spec.min
        );
        return Err(invalid(message));
    }
    let cooling = group.resized.is_some_and(|at| at + SignedDuration::from_secs(group.cooldown) > request.now);
    if honour && cooling {
        let id = group.activities.last().map(|one| one.id.clone()).unwrap_or_default();
        let message = format!("Scaling activity {id} is in progress and blocks this action");
        return Err(Refusal::new("ScalingActivityInProgress", message));
    }
    let because = format!(
        "At {} a user request explicitly set group desired capacity changing the desired capacity from {} to {wanted}.",
        instant(request.now),
        group.desired
    );
    if wanted != group.desired {
        group.because.push(because);
        group.resized = Some(request.now);
    }
    group.desired = wanted;
    group.review_at(request.now + NOTICE);
    Ok(json!({}))
}

pub(super) fn update(account: &mut Account, request: &Request) -> Result<Value, Refusal> {
    let params = Params(&request.params);
    let group = named(account, request)?;
    let min = params.number("MinSize")?.unwrap_or(group.spec.min);
    let max = params.number("MaxSize")?.unwrap_or(group.spec.max);
    if min < 0 || max < min {
        return Err(invalid(format!("Max bound, {max}, must be greater than or equal to min bound, {min}")));
    }
    let desired = match params.number("DesiredCapacity")? {
        Some(wanted) if wanted < min || wanted > max => {
            let message =
                format!("Desired capacity:{wanted} must be between the specified min size:{min} and max size:{max}");
            return Err(invalid(message));
        }
        Some(wanted) => wanted,
        // A size that the bounds no longer allow goes with them.
        None => group.desired.clamp(min, max),
    };
    let health = params.text("HealthCheckType").unwrap_or(&group.spec.health).to_owned();
    if !matches!(health.as_str(), "EC2" | "ELB") {
        return Err(invalid(format!("The health check type '{health}' is not valid")));
    }
    let grace = params.number("HealthCheckGracePeriod")?.unwrap_or(group.grace);
    let cooldown = params.number("DefaultCooldown")?.unwrap_or(group.cooldown);
    let protects = params.flag("NewInstancesProtectedFromScaleIn")?.unwrap_or(group.protects);
    let policies = params.texts("TerminationPolicies");
    if !policies.is_empty() {
        group.policies = policies.into_iter().map(str::to_owned).collect();
    }
    let (at, now) = (instant(request.now), request.now);
    if desired != group.desired {
        group.because.push(format!(
            "At {at} a user request update of AutoScalingGroup constraints to min: {min}, max: {max}, desired: {desired} changing the desired capacity from {} to {desired}.",
            group.desired
        ));
        group.resized = Some(now);
    }
    (group.spec.min, group.spec.max, group.desired) = (min, max, desired);
    (group.spec.health, group.grace, group.cooldown, group.protects) = (health, grace, cooldown, protects);
    group.review_at(now + NOTICE);
    Ok(json!({}))
}
