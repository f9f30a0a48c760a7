//! The calls of responding over the SDK: a [`Call`] becomes exactly one request,
//! sent at most once. What may be sent at all is decided before it comes here.

use aws_types::SdkConfig;
use futures_util::FutureExt as _;

use super::fault::Origin;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::resource::Resource;
use crate::port::{Pending, Responder};
use crate::respond::call::{Answer, Call};
use crate::respond::guard::Serves;

mod ec2;
mod iam;
mod scaling;

/// EC2, IAM, Auto Scaling and load balancers of one Scope, for reading back and for writing.
pub struct Sdk {
    autoscaling: aws_sdk_autoscaling::Client,
    balancing: aws_sdk_elasticloadbalancingv2::Client,
    ec2: aws_sdk_ec2::Client,
    iam: aws_sdk_iam::Client,
    sts: aws_sdk_sts::Client,
    origin: Origin,
}

/// Sends a request and turns what fails into a fault of the call's own action.
macro_rules! sent {
    ($self:ident, $call:expr, $request:expr) => {
        $request.send().await.map_err(|error| $self.origin.fault($call.action(), &error))
    };
}
use sent;

/// All items of all pages, or what ended them as a fault of the call's own action.
macro_rules! all {
    ($self:ident, $call:expr, $request:expr) => {{
        let items: Result<Vec<_>, _> = $request.into_paginator().items().send().try_collect().await;
        items.map_err(|error| $self.origin.fault($call.action(), &error))
    }};
}
use all;

impl Sdk {
    /// The calls through clients of this configuration. It has to say that no
    /// request is retried, and how long an attempt may take.
    pub fn new(config: &SdkConfig, origin: Origin) -> Self {
        Self {
            autoscaling: aws_sdk_autoscaling::Client::new(config),
            balancing: aws_sdk_elasticloadbalancingv2::Client::new(config),
            ec2: aws_sdk_ec2::Client::new(config),
            iam: aws_sdk_iam::Client::new(config),
            sts: aws_sdk_sts::Client::new(config),
            origin,
        }
    }

    async fn make(&self, call: &Call, dry_run: bool) -> Result<Answer, Fault> {
        if call.is_open() {
            return Err(Fault::new(FaultKind::Invalid, call.action(), "a part of it is known only when the step runs"));
        }
        if dry_run && !call.dry_run_supported() {
            return Err(Fault::new(FaultKind::Invalid, call.action(), "this action has no dry run"));
        }
        match call.service() {
            "iam" => self.iam(call).await,
            "autoscaling" => self.autoscaling(call).await,
            "elasticloadbalancing" => self.balancing(call).await,
            _ => self.ec2(call, dry_run).await,
        }
    }

    /// The identity whose policies are asked: a session's role, a user. None for
    /// the root user and federated users, whose policies IAM does not simulate.
    async fn principal(&self) -> Result<Option<String>, Fault> {
        let identity = self.sts.get_caller_identity().send().await;
        let arn = identity.map_err(|error| self.origin.fault("sts:GetCallerIdentity", &error))?.arn;
        Ok(arn.as_deref().and_then(policy_holder))
    }

    async fn ask(&self, actions: &[String], resource: &str) -> Result<Vec<(String, bool)>, Fault> {
        const OPERATION: &str = "iam:SimulatePrincipalPolicy";
        let Some(principal) = self.principal().await? else {
            return Err(Fault::new(FaultKind::Invalid, OPERATION, "this identity's policies cannot be simulated"));
        };
        let mut request = self
            .iam
            .simulate_principal_policy()
            .policy_source_arn(principal)
            .set_action_names(Some(actions.to_vec()))
            .resource_arns(resource);
        let mut answers = Vec::with_capacity(actions.len());
        loop {
            let page = request.clone().send().await.map_err(|error| self.origin.fault(OPERATION, &error))?;
            for result in page.evaluation_results.unwrap_or_default() {
                let allowed = result.eval_decision == aws_sdk_iam::types::PolicyEvaluationDecisionType::Allowed;
                answers.push((result.eval_action_name, allowed));
            }
            match page.marker.filter(|_| page.is_truncated) {
                Some(marker) => request = request.marker(marker),
                None => return Ok(answers),
            }
        }
    }
}

impl Responder for Sdk {
    fn call<'a>(&'a self, call: &'a Call, _: &'a Resource, _: Option<Serves>, dry_run: bool) -> Pending<'a, Answer> {
        self.make(call, dry_run).boxed()
    }

    fn simulate<'a>(&'a self, actions: &'a [String], resource: &'a str) -> Pending<'a, Vec<(String, bool)>> {
        self.ask(actions, resource).boxed()
    }
}

/// The ARN whose policies decide for a caller: a user's own, an assumed role's
/// role. The path of a role is not in a session's ARN: a role with one is not
/// found by the ARN made here, and IAM says so.
fn policy_holder(caller: &str) -> Option<String> {
    let (head, tail) = caller.rsplit_once(':')?;
    match tail.split_once('/')? {
        ("user", _) => Some(caller.to_owned()),
        ("assumed-role", session) => {
            let role = session.split('/').next()?;
            Some(format!("{}:role/{role}", head.replacen(":sts:", ":iam:", 1)))
        }
        _ => None,
    }
}

/// An answer lacks what the service's model promises.
fn lacking(call: &Call, what: &str) -> Fault {
    Fault::new(FaultKind::Malformed, call.action(), format!("the answer holds no {what}"))
}

#[cfg(test)]
mod tests;
