//! stanch: the incident console for AWS.
//!
//! The map of the house, from the inside out; each layer may name only those
//! before it, as a test holds:
//!
//! - [`domain`]: the words: scope, event, actor, resource, instance, finding, fault
//! - [`trail`]: the event engine: decode, timeline, filter language, sessions
//! - `detect`: Sigma rules over records
//! - [`knowledge`]: cards and plain sentences on events
//! - [`respond`]: remedies, playbooks, plans, undo
//! - `case`: journal, evidence and report of one incident
//! - [`recorded`]: files and streams of recorded logs
//! - [`port`]: what is needed of the outside, in domain words
//! - `aws`: the ports over the AWS SDK
//! - `sim`: an AWS account in memory, on the wire
//! - [`app`]: the state of the console and what changes it
//! - [`view`]: what is drawn
//! - `runtime`: the loop, the terminal, the tasks
//! - [`config`]: defaults, file, environment and flags
//! - [`cli`]: the command line

pub mod app;
pub mod aws;
pub mod case;
pub mod cli;
pub mod config;
pub mod detect;
pub mod domain;
pub mod knowledge;
pub mod port;
pub mod recorded;
pub mod respond;
pub mod runtime;
pub mod sim;
pub mod trail;
pub mod view;
