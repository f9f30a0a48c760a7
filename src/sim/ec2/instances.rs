//! Starting, stopping, rebooting and terminating; what the console said; key pairs.

use super::ids::Kind;
use super::phase::{Phase, State};
use super::show::{tags, time};
use super::state::{Instance, KeyPair, Region};
use super::{Answer, Context};
use crate::sim::dice::Dice;
use crate::sim::service::Refusal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::json;
use std::fmt::Write as _;

/// The instances of the request; all of them must be there.
fn asked(context: &Context<'_>, region: &Region) -> Result<Vec<String>, Refusal> {
    let ids = context.params.some_texts("InstanceId")?;
    ids.iter().try_for_each(|id| Kind::INSTANCE.check(id))?;
    let absent: Vec<&str> = ids.iter().copied().filter(|id| region.instance(id).is_none()).collect();
    if !absent.is_empty() {
        return Err(Kind::INSTANCE.all_absent(&absent));
    }
    Ok(ids.into_iter().map(str::to_owned).collect())
}

/// Changes the state of each instance where it may be changed; all or none.
fn change(
    region: &mut Region,
    ids: &[String],
    word: &str,
    now: Timestamp,
    to: impl Fn(&Instance) -> Option<Option<State>>,
) -> Answer {
    let mut shown = Vec::new();
    for id in ids {
        let Some(instance) = region.instance_mut(id) else { return Err(Kind::INSTANCE.absent(id)) };
        let before = instance.state.phase;
        let Some(next) = to(instance) else {
            let message = format!("The instance '{id}' is not in a state from which it can be {word}.");
            return Err(Refusal::new("IncorrectInstanceState", message));
        };
        if let Some(next) = next {
            instance.state = next;
            instance.state_reason = match next.phase {
                Phase::Pending => None,
                _ => Some((
                    "Client.UserInitiatedShutdown".to_owned(),
                    "Client.UserInitiatedShutdown: User initiated shutdown".to_owned(),
                )),
            };
            if next.phase == Phase::Pending {
                instance.launched = now;
            }
        }
        shown.push(json!({
            "instanceId": id, "currentState": instance.state.phase.show(), "previousState": before.show(),
        }));
    }
    Ok(json!({"instancesSet": shown}))
}

pub(super) fn start(context: &Context<'_>, region: &mut Region) -> Answer {
    let (ids, now) = (asked(context, region)?, context.now);
    let answer = change(region, &ids, "started", now, |instance| match instance.state.phase {
        Phase::Stopped => Some(Some(State::starting(now))),
        Phase::Pending | Phase::Running => Some(None),
        _ => None,
    })?;
    for id in &ids {
        region.lend_address(id);
    }
    Ok(answer)
}

pub(super) fn stop(context: &Context<'_>, region: &mut Region) -> Answer {
    let (ids, now) = (asked(context, region)?, context.now);
    if let Some(id) = ids.iter().find(|id| region.instance(id).is_some_and(|one| one.stop_protected)) {
        let message = format!(
            "The instance '{id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again."
        );
        return Err(Refusal::new("OperationNotPermitted", message));
    }
    change(region, &ids, "stopped", now, |instance| match instance.state.phase {
        Phase::Running | Phase::Pending => Some(Some(State::stopping(now))),
        Phase::Stopping | Phase::Stopped => Some(None),
        _ => None,
    })
}

pub(super) fn reboot(context: &Context<'_>, region: &mut Region) -> Answer {
    let (ids, now) = (asked(context, region)?, context.now);
    change(region, &ids, "rebooted", now, |instance| (instance.state.phase == Phase::Running).then_some(None))?;
    Ok(json!({"return": true}))
}

pub(super) fn terminate(context: &Context<'_>, region: &mut Region) -> Answer {
    let (ids, now) = (asked(context, region)?, context.now);
    // Auto Scaling passes over the protection of what is in its groups.
    let guarded = context.request.principal.invoked_by.as_deref() != Some(crate::sim::scaling::state::SERVICE);
    if let Some(id) = ids.iter().find(|id| guarded && region.instance(id).is_some_and(|one| one.termination_protected))
    {
        let message = format!(
            "The instance '{id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again."
        );
        return Err(Refusal::new("OperationNotPermitted", message));
    }
    change(region, &ids, "terminated", now, |instance| match instance.state.phase {
        Phase::ShuttingDown | Phase::Terminated => Some(None),
        _ => Some(Some(State::terminating(now))),
    })
}

impl Region {
    /// Gives a starting instance of a public subnet an address for as long as it runs.
    pub(super) fn lend_address(&mut self, instance: &str) {
        let lone = self.interfaces_of(instance).count() == 1;
        let Some(index) = self.interfaces.iter().position(|one| one.instance == instance && one.index == 0) else {
            return;
        };
        let Some(interface) = self.interfaces.get(index) else { return };
        let public = self.subnet(&interface.subnet).is_some_and(|subnet| subnet.public);
        // AWS lends none to an instance with several interfaces.
        if !public || !lone || interface.public_ip.is_some() {
            return;
        }
        let address = self.free_address();
        if let Some(interface) = self.interfaces.get_mut(index) {
            interface.public_ip = Some(address);
        }
    }

    /// An address of 203.0.113.0/24, or of 192.0.2.0/24, that nothing has: both are
    /// kept for documents.
    fn free_address(&mut self) -> String {
        let used: Vec<&String> = self.interfaces.iter().filter_map(|one| one.public_ip.as_ref()).collect();
        let free = |net: &str, host: u64| Some(format!("{net}.{host}")).filter(|address| !used.contains(&address));
        let turn = self.dice.below(250);
        (0..250)
            .map(|step| 1 + (turn + step) % 250)
            .find_map(|host| free("203.0.113", host).or_else(|| free("192.0.2", host)))
            .unwrap_or_else(|| "203.0.113.254".to_owned())
    }
}

pub(super) fn console_output(context: &Context<'_>, region: &Region) -> Answer {
    let id = context.params.required("InstanceId")?;
    let instance = Kind::INSTANCE.find(id, region.instance(id))?;
    let mut text = String::new();
    let mut dice = Dice::new(0, &format!("console {id}"));
    let mut clock = 0.0;
    let host = region.interfaces_of(id).next().map(|one| one.private_ip.replace('.', "-")).unwrap_or_default();
    for line in [
        "Linux version 6.1.115-126.197.amzn2023 (mockbuild@ip-10-0-50-193) #1 SMP PREEMPT_DYNAMIC",
        "Command line: BOOT_IMAGE=(hd0,gpt1)/boot/vmlinuz root=UUID console=tty0 console=ttyS0,115200n8",
        "nvme nvme0: pci function 0000:00:04.0",
        "ena 0000:00:05.0: ENA device version: 0.10",
        "EXT4-fs (nvme0n1p1): mounted filesystem with ordered data mode",
        "systemd[1]: Reached target Multi-User System.",
    ] {
        clock += dice.unit() * 2.0;
        let _ = writeln!(text, "[{clock:12.6}] {line}");
    }
    let _ = write!(
        text,
        "\nAmazon Linux 2023.6\nKernel 6.1.115 on an {} (-)\n\nip-{host} login: ",
        if instance.architecture == "arm64" { "aarch64" } else { "x86_64" }
    );
    Ok(json!({
        "instanceId": id, "timestamp": time(instance.launched), "output": STANDARD.encode(text),
    }))
}

pub(super) fn create_key_pair(context: &Context<'_>, region: &mut Region) -> Answer {
    let params = context.params;
    let name = params.required("KeyName")?;
    if region.key_pairs.iter().any(|pair| pair.name == name) {
        return Err(Refusal::new("InvalidKeyPair.Duplicate", format!("The keypair '{name}' already exists.")));
    }
    let kind = params.text("KeyType").unwrap_or("rsa");
    let mut pair = KeyPair::made(name, kind, context.now, &mut region.dice);
    pair.tags = super::tags::on_create(context, "key-pair")?;
    let secret = region.dice.letters(256, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    let answer = json!({
        "keyPairId": pair.id,
        "keyName": pair.name,
        "keyFingerprint": pair.fingerprint,
        "keyMaterial": format!("simulated key, not a secret\n{secret}\n"),
        "tagSet": tags(&pair.tags),
    });
    region.key_pairs.push(pair);
    Ok(answer)
}

/// An instance that can still be changed.
pub(super) fn living<'a>(region: &'a mut Region, id: &str) -> Result<&'a mut Instance, Refusal> {
    let instance = Kind::INSTANCE.find(id, region.instance_mut(id))?;
    if matches!(instance.state.phase, Phase::ShuttingDown | Phase::Terminated) {
        let message = format!("The instance '{id}' is not in a valid state for this operation.");
        return Err(Refusal::new("IncorrectInstanceState", message));
    }
    Ok(instance)
}
