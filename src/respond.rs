//! Responding: remedies, playbooks, plans, guardrails, and the run of a plan.
//!
//! Everything here is pure: no clock, no files, no network. What is to be done
//! comes out as values ([`call::Call`], [`run::Output`]) that others carry out.

pub mod call;
pub mod change;
pub mod check;
pub mod fact;
#[cfg(test)]
pub mod fixture;
pub mod guard;
pub mod guardrail;
pub mod options;
pub mod plan;
pub mod playbook;
pub mod policy;
pub mod probe;
pub mod rank;
pub mod remedy;
pub mod run;
pub mod sessions;
