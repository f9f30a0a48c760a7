//! `stanch sim`: the simulated account on a port of this machine, for any AWS client.

use std::net::SocketAddr;

use jiff::Timestamp;

use super::args;
use super::failure::{Exit, Failure, Outcome};
use super::live::block_on;
use super::out::{Out, say};
use crate::sim::scenario::Scenario;
use crate::sim::{Effect, Fault, Options, Simulator, listen};

/// Serves until it is interrupted.
pub fn run(args: &args::Sim) -> Outcome {
    if args.list {
        return scenarios();
    }
    let mut options = options(&args.scenario, args.seed)?;
    options.speed = args.speed;
    let simulator_faults: Vec<Fault> = args.fault.iter().map(|text| fault(text)).collect::<Result<_, _>>()?;
    block_on(async {
        let simulator = Simulator::new(options);
        for fault in simulator_faults {
            simulator.inject(fault);
        }
        let (told, address) = tokio::sync::oneshot::channel::<SocketAddr>();
        let served = listen::serve(simulator, args.listen, args.force, |address| {
            let _ = told.send(address);
        });
        let announced = async {
            if let Ok(address) = address.await {
                let mut out = Out::new();
                out.line(&format!("listening on http://{address}"))?;
                out.flush()?;
                drop(out);
                say("any credentials are taken; ctrl-c ends it");
            }
            std::future::pending::<Result<(), Failure>>().await
        };
        tokio::select! {
            served = served => served.map_err(|error| Failure::Failed(error.to_string()))?,
            announced = announced => announced?,
            () = super::live::interrupted() => {}
        }
        Ok(Exit::Done)
    })
}

/// A scenario by name, or by the path of its file, opening now.
pub fn options(scenario: &str, seed: u64) -> Result<Options, Failure> {
    let scenario = if std::path::Path::new(scenario).extension().is_some_and(|extension| extension == "toml") {
        let text =
            std::fs::read_to_string(scenario).map_err(|error| Failure::Failed(format!("{scenario}: {error}")))?;
        Scenario::load(&text)
    } else {
        Scenario::named(scenario)
    };
    let scenario = scenario.map_err(|error| Failure::Usage(error.to_string()))?;
    #[expect(clippy::disallowed_methods, reason = "the command line reads the clock for the layers below")]
    let now = Timestamp::now();
    Ok(Options::new(scenario, seed, now))
}

fn scenarios() -> Outcome {
    let mut out = Out::new();
    for name in Scenario::names() {
        let title = Scenario::named(name).map(|scenario| scenario.title).unwrap_or_default();
        out.line(&format!("{name:<20} {title}"))?;
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// `throttle`, `deny:ec2:StopInstances`, `latency:*:*:2000`, `drop:ec2:Describe*::0.1`:
/// effect, service, action, milliseconds or how many times, probability.
fn fault(text: &str) -> Result<Fault, Failure> {
    let wrong = |why: &str| {
        Failure::Usage(format!(
            "--fault {text}: {why}; write EFFECT[:SERVICE[:ACTION[:MILLISECONDS[:PROBABILITY]]]] with an effect of \
             throttle, latency, drop, drop-answer, deny, expire, malformed, internal"
        ))
    };
    let mut parts = text.split(':');
    let effect: Effect =
        serde_json::from_value(parts.next().unwrap_or("").into()).map_err(|_| wrong("no such effect"))?;
    let mut part = || parts.next().filter(|part| !part.is_empty());
    let mut fault = Fault::on(part().unwrap_or("*"), part().unwrap_or("*"), effect);
    if let Some(milliseconds) = part() {
        fault.milliseconds = milliseconds.parse().map_err(|_| wrong("milliseconds are a whole number"))?;
    }
    if let Some(probability) = part() {
        fault.probability = probability.parse().map_err(|_| wrong("a probability is between 0 and 1"))?;
        if !(0.0..=1.0).contains(&fault.probability) {
            return Err(wrong("a probability is between 0 and 1"));
        }
    }
    Ok(fault)
}

#[cfg(test)]
mod tests {
    use super::fault;
    use crate::sim::Effect;

    #[test]
    fn a_fault_is_read_from_its_parts_and_a_wrong_one_says_how() {
        let deny = fault("deny:ec2:StopInstances").unwrap();
        assert_eq!((deny.effect, deny.service.as_str(), deny.action.as_str()), (Effect::Deny, "ec2", "StopInstances"));
        let slow = fault("latency:::250:0.5").unwrap();
        assert_eq!((slow.service.as_str(), slow.action.as_str(), slow.milliseconds), ("*", "*", 250));
        assert!((slow.probability - 0.5).abs() < 1e-9);
        for wrong in ["explode", "latency:::soon", "drop::::2"] {
            assert!(fault(wrong).unwrap_err().to_string().contains("EFFECT"), "{wrong}");
        }
    }
}
