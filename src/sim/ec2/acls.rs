//! Entries of network ACLs.

use super::ids::Kind;
use super::state::Region;
use super::{Answer, Context, done};
use crate::sim::scenario::spec::{AclEntrySpec, NetworkAclSpec};
use crate::sim::service::Refusal;
use crate::sim::wire::query::{Params, missing};

/// The most entries of one direction, the closing one not counted.
const MOST: usize = 20;

fn acl_mut<'a>(region: &'a mut Region, params: Params<'_>) -> Result<&'a mut NetworkAclSpec, Refusal> {
    let id = params.required("NetworkAclId")?;
    Kind::NETWORK_ACL.find(id, region.network_acls.iter_mut().find(|acl| acl.id == id))
}

/// The direction and number of the entry that a request names.
fn place(params: Params<'_>) -> Result<(bool, u32), Refusal> {
    let egress = params.flag("Egress")?.ok_or_else(|| missing("Egress"))?;
    let number = params.number("RuleNumber")?.ok_or_else(|| missing("RuleNumber"))?;
    let right = u32::try_from(number).ok().filter(|number| (1..=32_766).contains(number));
    let message = format!("Value ({number}) for parameter ruleNumber is invalid. It must be between 1 and 32766.");
    Ok((egress, right.ok_or_else(|| Refusal::new("InvalidParameterValue", message))?))
}

/// The entry that a request describes.
fn entry(params: Params<'_>) -> Result<AclEntrySpec, Refusal> {
    let (egress, number) = place(params)?;
    let wrong = |name: &str, text: &str| {
        Refusal::new("InvalidParameterValue", format!("Value ({text}) for parameter {name} is invalid."))
    };
    let protocol = match params.required("Protocol")? {
        "tcp" => "6",
        "udp" => "17",
        "icmp" => "1",
        "icmpv6" => "58",
        "all" => "-1",
        digits if digits == "-1" || digits.parse::<u8>().is_ok() => digits,
        other => return Err(wrong("protocol", other)),
    };
    let allow = match params.required("RuleAction")? {
        "allow" => true,
        "deny" => false,
        other => return Err(wrong("ruleAction", other)),
    };
    let cidr = match (params.text("CidrBlock"), params.text("Ipv6CidrBlock")) {
        (Some(cidr), None) if cidr.parse::<ipnet::Ipv4Net>().is_ok() => cidr,
        (None, Some(cidr)) if cidr.parse::<ipnet::Ipv6Net>().is_ok() => cidr,
        (None, None) => return Err(missing("CidrBlock")),
        (Some(_), Some(_)) => {
            let message = "The parameter cidrBlock cannot be used with the parameter ipv6CidrBlock";
            return Err(Refusal::new("InvalidParameterCombination", message));
        }
        (one, other) => return Err(wrong("cidrBlock", one.or(other).unwrap_or_default())),
    };
    let port = |name: &str| -> Result<Option<u16>, Refusal> {
        let Some(number) = params.number(name)? else { return Ok(None) };
        u16::try_from(number).map(Some).map_err(|_| wrong("portRange", &number.to_string()))
    };
    let ports = match (protocol, port("PortRange.From")?, port("PortRange.To")?) {
        ("6" | "17", Some(from), Some(to)) if from <= to => Some((from, to)),
        ("6" | "17", Some(from), Some(to)) => return Err(wrong("portRange", &format!("{from}-{to}"))),
        ("6" | "17", _, _) => return Err(missing("PortRange")),
        _ => None,
    };
    let icmp = match (protocol, params.number("Icmp.Type")?, params.number("Icmp.Code")?) {
        ("1" | "58", Some(kind), Some(code)) => Some((kind, code)),
        ("1" | "58", _, _) => return Err(missing("IcmpTypeCode")),
        _ => None,
    };
    Ok(AclEntrySpec { number, egress, protocol: protocol.to_owned(), allow, cidr: cidr.to_owned(), ports, icmp })
}

fn absent() -> Refusal {
    let message = "The network acl entry identified by the rule number does not exist in the specified network ACL";
    Refusal::new("InvalidNetworkAclEntry.NotFound", message)
}

pub(super) fn create(context: &Context<'_>, region: &mut Region) -> Answer {
    let acl = acl_mut(region, context.params)?;
    let new = entry(context.params)?;
    if acl.entries.iter().any(|one| one.egress == new.egress && one.number == new.number) {
        let message = format!("The network acl entry identified by {} already exists.", new.number);
        return Err(Refusal::new("NetworkAclEntryAlreadyExists", message));
    }
    if acl.entries.iter().filter(|one| one.egress == new.egress).count() >= MOST {
        let message = "The maximum number of network acl entries has been reached.";
        return Err(Refusal::new("NetworkAclEntryLimitExceeded", message));
    }
    acl.entries.push(new);
    acl.entries.sort_by_key(|one| (!one.egress, one.number));
    Ok(done())
}

pub(super) fn replace(context: &Context<'_>, region: &mut Region) -> Answer {
    let acl = acl_mut(region, context.params)?;
    let new = entry(context.params)?;
    let known = acl.entries.iter_mut().find(|one| one.egress == new.egress && one.number == new.number);
    *known.ok_or_else(absent)? = new;
    Ok(done())
}

pub(super) fn delete(context: &Context<'_>, region: &mut Region) -> Answer {
    let acl = acl_mut(region, context.params)?;
    let (egress, number) = place(context.params)?;
    let before = acl.entries.len();
    acl.entries.retain(|one| one.egress != egress || one.number != number);
    if acl.entries.len() == before { Err(absent()) } else { Ok(done()) }
}
