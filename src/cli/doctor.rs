//! `stanch doctor`: does everything stand that an incident will need?

use std::io::IsTerminal as _;

use serde::Serialize;

use super::args::Doctor;
use super::failure::{Exit, Failure, Outcome};
use super::live::{block_on, connected, now};
use super::out::Out;
use super::setting::Setting;
use crate::case::summary;
use crate::domain::text::visible;
use crate::domain::window::Window;
use crate::port::{Lookup, Ports};

/// How one check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Note,
    Wrong,
}

/// One check: what was looked at, how it came out, and what was found.
#[derive(Debug, Serialize)]
struct Check {
    what: String,
    state: State,
    found: String,
}

/// Makes every check and prints it; fails where one is wrong.
pub fn run(args: &Doctor, setting: &Setting) -> Outcome {
    let mut checks = local(setting);
    checks.extend(block_on(async { Ok::<_, Failure>(remote(setting).await) })?);
    let mut out = Out::new();
    if args.json {
        out.document(&checks)?;
    } else {
        for check in &checks {
            let mark = match check.state {
                State::Ok => "ok   ",
                State::Note => "note ",
                State::Wrong => "WRONG",
            };
            out.line(&format!("{mark} {:<34} {}", check.what, visible(&check.found)))?;
        }
    }
    out.flush()?;
    let wrong = checks.iter().any(|check| check.state == State::Wrong);
    Ok(if wrong { Exit::Failed } else { Exit::Done })
}

fn check(what: impl Into<String>, state: State, found: impl Into<String>) -> Check {
    Check { what: what.into(), state, found: found.into() }
}

/// What this machine has.
fn local(setting: &Setting) -> Vec<Check> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let mut checks = Vec::new();
    let config = setting.folders.config.join("config.toml");
    let found = if config.exists() { "read" } else { "none, defaults are in force" };
    checks.push(check("configuration", State::Ok, format!("{}: {found}", config.display())));
    checks.push(match writable(setting) {
        Ok(()) => check("state folder", State::Ok, setting.folders.state.display().to_string()),
        Err(why) => {
            check("state folder", State::Wrong, format!("{why}; nothing can be changed in AWS without a journal"))
        }
    });
    let interrupted: Vec<String> = summary::list(&setting.folders.cases())
        .unwrap_or_default()
        .into_iter()
        .filter(|case| case.status == "interrupted" && !case.in_use)
        .map(|case| case.id)
        .collect();
    if !interrupted.is_empty() {
        let found = format!("interrupted: {}; 'stanch cases resume CASE' says where it stands", interrupted.join(", "));
        checks.push(check("cases", State::Note, found));
    }
    let terminal = std::io::stdout().is_terminal();
    let size = crossterm::terminal::size().ok().filter(|_| terminal);
    checks.push(match size {
        Some((columns, rows)) if columns >= 60 && rows >= 15 => {
            check("terminal", State::Ok, format!("{columns}×{rows}, TERM={}", variable("TERM").unwrap_or_default()))
        }
        Some((columns, rows)) => check("terminal", State::Note, format!("{columns}×{rows}: the console needs 60×15")),
        None => check("terminal", State::Note, "standard output is no terminal: the console needs one"),
    });
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable).unwrap_or_default();
    let utf8 = locale.to_ascii_lowercase().replace('-', "").contains("utf8");
    checks.push(if utf8 {
        check("locale", State::Ok, locale)
    } else {
        check("locale", State::Note, format!("'{locale}' is not UTF-8: symbols are drawn in ASCII"))
    });
    checks
}

fn writable(setting: &Setting) -> Result<(), String> {
    let cases = setting.folders.cases();
    let probe = cases.join(".probe");
    std::fs::create_dir_all(&cases)
        .and_then(|()| std::fs::write(&probe, b"x"))
        .and_then(|()| std::fs::remove_file(&probe))
        .map_err(|error| format!("{}: {error}", cases.display()))
}

/// What AWS says.
async fn remote(setting: &Setting) -> Vec<Check> {
    let connected = match connected(setting).await {
        Ok(connected) => connected,
        Err(failure) => return vec![check("credentials and identity", State::Wrong, failure.to_string())],
    };
    let mut checks = Vec::new();
    for (service, url) in &connected.endpoints {
        checks.push(check(format!("endpoint of {service}"), State::Note, format!("{url}, in place of AWS's own")));
    }
    for (profile, fault) in &connected.failed {
        checks.push(check(format!("profile {profile}"), State::Wrong, fault.to_string()));
    }
    for ports in &connected.ports {
        checks.extend(scope(ports).await);
    }
    let time = now().to_string().get(..19).unwrap_or("").to_string();
    checks.push(if connected.endpoints.is_empty() {
        let proof = "AWS took our signatures, which it does only within some minutes of its own clock";
        check("clock", State::Ok, format!("{time}; {proof}"))
    } else {
        check("clock", State::Note, format!("{time}; another endpoint than AWS's own says nothing about it"))
    });
    checks
}

async fn scope(ports: &Ports) -> Vec<Check> {
    let scope = &ports.scope;
    let at = &scope.region;
    let mut checks =
        vec![check(format!("{at}: caller"), State::Ok, format!("{} in {}", scope.caller.arn, scope.account_label()))];
    let lookup = Lookup { attribute: None, span: Window::HOUR.until(now()), token: None };
    checks.push(match ports.trail.lookup(lookup).await {
        Ok(page) => check(format!("{at}: LookupEvents"), State::Ok, format!("{} events on a page", page.records.len())),
        Err(fault) => check(format!("{at}: LookupEvents"), State::Wrong, fault.to_string()),
    });
    if !ports.watch_fleet {
        return checks;
    }
    match ports.fleet.inventory().await {
        Ok(inventory) => {
            let found = format!("{} instances", inventory.instances.len());
            checks.push(check(format!("{at}: EC2"), State::Ok, found));
            for (operation, fault) in &inventory.missing {
                checks.push(check(format!("{at}: {operation}"), State::Note, fault.to_string()));
            }
        }
        Err(fault) => checks.push(check(format!("{at}: EC2"), State::Wrong, fault.to_string())),
    }
    checks
}
