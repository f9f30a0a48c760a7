//! Responding: remedies, playbooks, plans, guardrails, and the run of a plan.
//!
//! Everything here is pure: no clock, no files, no network. What is to be done
//! comes out as values ([`call::Call`]) that others carry out.

pub mod call;
