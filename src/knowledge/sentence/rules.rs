//! Rules of security groups and of network ACLs, in words.

use serde_json::Value;

use super::Phrase;
use super::fields::{Fields, listed, plain, shown};
use crate::domain::event::Event;

/// The phrases of what opens and closes.
pub(super) fn phrase(event: &Event, fields: &Fields<'_>) -> Option<Phrase> {
    if event.source != "ec2.amazonaws.com" {
        return None;
    }
    let group = || fields.text("groupId").or_else(|| fields.text("groupName")).unwrap_or_else(|| "a group".into());
    Some(match event.name.as_str() {
        "AuthorizeSecurityGroupIngress" => {
            Phrase::new("open", "opened", openings(fields, &format!("of {}", group()), "to"))
        }
        "AuthorizeSecurityGroupEgress" => {
            Phrase::new("let", "let", format!("{} out: {}", group(), openings(fields, "", "to")))
        }
        "RevokeSecurityGroupIngress" => {
            Phrase::new("close", "closed", openings(fields, &format!("of {}", group()), "to"))
        }
        "RevokeSecurityGroupEgress" => {
            Phrase::new("shut", "shut", format!("the way out of {}: {}", group(), openings(fields, "", "to")))
        }
        "CreateNetworkAclEntry" | "ReplaceNetworkAclEntry" => {
            let allow = fields.text("ruleAction").is_some_and(|action| action == "allow");
            let (base, past) = if allow { ("allow", "allowed") } else { ("block", "blocked") };
            let out = fields.text("egress").is_some_and(|egress| egress == "true");
            let way = if out { "out to" } else { "in from" };
            Phrase::new(
                base,
                past,
                fields.fill(&format!("traffic {way} {{cidrBlock|ipv6CidrBlock}} in the network ACL {{networkAclId}}")),
            )
        }
        "DeleteNetworkAclEntry" => {
            Phrase::new("delete", "deleted", fields.fill("entry {ruleNumber} of the network ACL {networkAclId}"))
        }
        _ => return None,
    })
}

/// `22/tcp of sg-9 to the whole internet, all traffic of sg-9 to 10.0.0.0/8`.
fn openings(fields: &Fields<'_>, of: &str, to: &str) -> String {
    let asked = fields.asked();
    let mut parts = Vec::new();
    let permissions = asked["ipPermissions"]["items"].as_array();
    for permission in permissions.into_iter().flatten() {
        parts.push(opening(permission, of, to));
    }
    if parts.is_empty() && asked.get("ipProtocol").is_some() {
        parts.push(opening(asked, of, to));
    }
    if parts.is_empty() {
        let rules = fields.all("securityGroupRuleId");
        let what = if rules.is_empty() { "a rule".to_string() } else { listed(&rules) };
        parts.push(format!("{what} {of}"));
    }
    listed(&parts.into_iter().map(|part| part.trim().to_string()).collect::<Vec<_>>())
}

fn opening(permission: &Value, of: &str, to: &str) -> String {
    let mut peers = Vec::new();
    for (list, key) in
        [("ipRanges", "cidrIp"), ("ipv6Ranges", "cidrIpv6"), ("groups", "groupId"), ("prefixListIds", "prefixListId")]
    {
        let items = permission[list]["items"].as_array();
        peers.extend(items.into_iter().flatten().filter_map(|item| plain(&item[key]).map(|text| peer(&text))));
    }
    for key in ["cidrIp", "cidrIpv6"] {
        peers.extend(plain(&permission[key]).map(|text| peer(&text)));
    }
    peers.dedup();
    let of = if of.is_empty() { String::new() } else { format!(" {of}") };
    let to = if peers.is_empty() { String::new() } else { format!(" {to} {}", listed(&peers)) };
    format!("{}{of}{to}", ports(permission))
}

fn peer(text: &str) -> String {
    match text {
        "0.0.0.0/0" => "the whole internet".into(),
        "::/0" => "the whole internet (IPv6)".into(),
        other => shown(other),
    }
}

fn ports(permission: &Value) -> String {
    let protocol = plain(&permission["ipProtocol"]).map(|text| shown(&text)).unwrap_or_default();
    let protocol = match protocol.as_str() {
        "6" => "tcp",
        "17" => "udp",
        "1" => "icmp",
        "58" => "icmpv6",
        other => other,
    };
    let port = |key: &str| permission[key].as_i64().filter(|port| *port >= 0);
    match (protocol, port("fromPort"), port("toPort")) {
        ("-1" | "", ..) => "all traffic".into(),
        (icmp, ..) if icmp.starts_with("icmp") => icmp.into(),
        (_, None, _) | (_, Some(0), Some(65_535)) => format!("all {protocol}"),
        (_, Some(from), Some(to)) if from != to => format!("{from}–{to}/{protocol}"),
        (_, Some(from), _) => format!("{from}/{protocol}"),
    }
}
