//! The rules of security groups: allowing and taking back.

use super::ids::Kind;
use super::state::Region;
use super::{Answer, Context, groups};
use crate::sim::scenario::spec::{GroupSpec, PeerSpec, RuleSpec};
use crate::sim::service::Refusal;
use crate::sim::wire::query::{Params, missing};
use serde_json::{Map, Value, json};

pub(super) fn authorize_ingress(context: &Context<'_>, region: &mut Region) -> Answer {
    authorize(context, region, false)
}

pub(super) fn authorize_egress(context: &Context<'_>, region: &mut Region) -> Answer {
    authorize(context, region, true)
}

pub(super) fn revoke_ingress(context: &Context<'_>, region: &mut Region) -> Answer {
    revoke(context, region, false)
}

pub(super) fn revoke_egress(context: &Context<'_>, region: &mut Region) -> Answer {
    revoke(context, region, true)
}

fn rules(group: &mut GroupSpec, egress: bool) -> &mut Vec<RuleSpec> {
    if egress { &mut group.egress } else { &mut group.ingress }
}

fn group_mut<'a>(region: &'a mut Region, id: &str) -> Result<&'a mut GroupSpec, Refusal> {
    region.groups.iter_mut().find(|group| group.id == id).ok_or_else(|| Kind::GROUP.absent(id))
}

fn authorize(context: &Context<'_>, region: &mut Region, egress: bool) -> Answer {
    let id = groups::named(context, region)?;
    let wanted = asked(context.params, region, &id)?;
    if wanted.is_empty() {
        return Err(missing("IpPermissions"));
    }
    let mut made = Vec::new();
    for mut rule in wanted {
        rule.id = region.id("sgr");
        let rules = rules(group_mut(region, &id)?, egress);
        if rules.iter().any(|known| same(known, &rule)) {
            let message = format!("the specified rule \"{}\" already exists", told(&rule));
            return Err(Refusal::new("InvalidPermission.Duplicate", message));
        }
        rules.push(rule.clone());
        made.push(rule);
        if rules.len() > 60 {
            let message = "The maximum number of rules per security group has been reached.";
            return Err(Refusal::new("RulesPerSecurityGroupLimitExceeded", message));
        }
    }
    let shown: Vec<Value> = made.iter().map(|rule| region.show_rule(&id, rule, egress)).collect();
    Ok(json!({"return": true, "securityGroupRuleSet": shown}))
}

fn revoke(context: &Context<'_>, region: &mut Region, egress: bool) -> Answer {
    let id = groups::named(context, region)?;
    let params = context.params;
    let by_id = params.texts("SecurityGroupRuleId");
    let wanted = asked(params, region, &id)?;
    if by_id.is_empty() && wanted.is_empty() {
        return Err(Refusal::new(
            "MissingParameter",
            "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.",
        ));
    }
    if !by_id.is_empty() && !wanted.is_empty() {
        let message = "You can't specify both ipPermissions and securityGroupRuleIds.";
        return Err(Refusal::new("InvalidParameterCombination", message));
    }
    let default =
        region.group(&id).is_some_and(|group| region.vpcs.iter().any(|vpc| vpc.id == group.vpc && vpc.default));
    let rules = rules(group_mut(region, &id)?, egress);
    let mut gone = Vec::new();
    for rule in by_id {
        Kind::RULE.check(rule)?;
        let index = rules.iter().position(|known| known.id == rule).ok_or_else(|| Kind::RULE.absent(rule))?;
        gone.push(rules.remove(index));
    }
    let mut unknown = Vec::new();
    for rule in wanted {
        match rules.iter().position(|known| same(known, &rule)) {
            Some(index) => gone.push(rules.remove(index)),
            // In a default VPC AWS tells what it did not find and calls it a success.
            None if default => unknown.push(rule),
            None => {
                let message = "The specified rule does not exist in this security group.";
                return Err(Refusal::new("InvalidPermission.NotFound", message));
            }
        }
    }
    let mut answer = Map::new();
    answer.insert("return".to_owned(), json!(true));
    if !unknown.is_empty() {
        answer.insert("unknownIpPermissionSet".to_owned(), region.show_permissions(&unknown));
    }
    let shown = gone.iter().map(|rule| revoked(region.show_rule(&id, rule, egress))).collect();
    answer.insert("revokedSecurityGroupRuleSet".to_owned(), Value::Array(shown));
    Ok(Value::Object(answer))
}

/// A rule that is gone is told with fewer words than one that is there.
fn revoked(mut rule: Value) -> Value {
    if let Some(fields) = rule.as_object_mut() {
        for name in ["groupOwnerId", "tagSet", "securityGroupRuleArn"] {
            fields.shift_remove(name);
        }
        if let Some(info) = fields.shift_remove("referencedGroupInfo") {
            fields.insert("referencedGroupId".to_owned(), info["groupId"].clone());
        }
    }
    rule
}

/// Whether two rules let the same through.
fn same(one: &RuleSpec, other: &RuleSpec) -> bool {
    (&one.protocol, one.from, one.to, &one.peer) == (&other.protocol, other.from, other.to, &other.peer)
}

/// A rule as AWS words it in messages.
fn told(rule: &RuleSpec) -> String {
    let peer = match &rule.peer {
        PeerSpec::Cidr4(peer) | PeerSpec::Cidr6(peer) | PeerSpec::Group(peer) | PeerSpec::PrefixList(peer) => peer,
    };
    if rule.protocol == "-1" {
        return format!("peer: {peer}, ALL, ALLOW");
    }
    format!("peer: {peer}, {}, from port: {}, to port: {}, ALLOW", rule.protocol.to_uppercase(), rule.from, rule.to)
}

/// The rules that a request names, in either of the two ways of naming them.
fn asked(params: Params<'_>, region: &Region, group: &str) -> Result<Vec<RuleSpec>, Refusal> {
    let permissions = params.structures("IpPermissions");
    if !permissions.is_empty() {
        let mut rules = Vec::new();
        for permission in permissions {
            rules.extend(of_permission(permission, region, group)?);
        }
        return Ok(rules);
    }
    if let Some(name) = params.text("SourceSecurityGroupName") {
        let vpc = region.group(group).map(|group| group.vpc.as_str());
        let source = region.groups.iter().find(|one| one.name == name && Some(one.vpc.as_str()) == vpc);
        let source = source.ok_or_else(|| Kind::GROUP.absent(name))?;
        let base = RuleSpec { protocol: "-1".to_owned(), from: -1, to: -1, ..RuleSpec::default() };
        return Ok(vec![RuleSpec { peer: PeerSpec::Group(source.id.clone()), ..base }]);
    }
    match params.text("CidrIp") {
        Some(range) => Ok(vec![RuleSpec { peer: PeerSpec::Cidr4(v4(range)?), ..traffic(params)? }]),
        None if params.text("IpProtocol").is_some() => Err(missing("CidrIp")),
        None => Ok(Vec::new()),
    }
}

/// The rules of one permission: one for each range, group or list.
fn of_permission(permission: Params<'_>, region: &Region, group: &str) -> Result<Vec<RuleSpec>, Refusal> {
    let base = traffic(permission)?;
    let described = |one: Params<'_>, peer: PeerSpec| RuleSpec {
        peer,
        description: one.text("Description").unwrap_or_default().to_owned(),
        ..base.clone()
    };
    let mut rules = Vec::new();
    for one in permission.structures("IpRanges") {
        rules.push(described(one, PeerSpec::Cidr4(v4(one.required("CidrIp")?)?)));
    }
    for one in permission.structures("Ipv6Ranges") {
        let text = one.required("CidrIpv6")?;
        let net: ipnet::Ipv6Net = text.parse().map_err(|_| malformed(text))?;
        rules.push(described(one, PeerSpec::Cidr6(net.trunc().to_string())));
    }
    for one in permission.structures("PrefixListIds") {
        rules.push(described(one, PeerSpec::PrefixList(one.required("PrefixListId")?.to_owned())));
    }
    for one in permission.structures("Groups") {
        let id = match (one.text("GroupId"), one.text("GroupName")) {
            (Some(id), _) => Kind::GROUP.find(id, region.group(id))?.id.clone(),
            (None, Some(name)) => {
                let vpc = region.group(group).map(|group| group.vpc.as_str());
                let found = region.groups.iter().find(|one| one.name == name && Some(one.vpc.as_str()) == vpc);
                found.ok_or_else(|| Kind::GROUP.absent(name))?.id.clone()
            }
            (None, None) => return Err(missing("GroupId")),
        };
        rules.push(described(one, PeerSpec::Group(id)));
    }
    Ok(rules)
}

/// Protocol and ports, without the other side.
fn traffic(params: Params<'_>) -> Result<RuleSpec, Refusal> {
    let word = params.required("IpProtocol")?;
    let protocol = match word {
        "6" => "tcp",
        "17" => "udp",
        "1" => "icmp",
        "58" => "icmpv6",
        "all" => "-1",
        other => other,
    };
    let number = |name: &str| params.number(name).map(|number| number.and_then(|number| i32::try_from(number).ok()));
    let (from, to) = (number("FromPort")?, number("ToPort")?);
    let (from, to) = match protocol {
        "-1" => (-1, -1),
        "tcp" | "udp" => {
            let (from, to) = (from.ok_or_else(|| missing("FromPort"))?, to.ok_or_else(|| missing("ToPort"))?);
            // -1 for both, and 0 to 65535, stand for every port.
            let (from, to) = if (from, to) == (-1, -1) { (0, 65_535) } else { (from, to) };
            for port in [from, to] {
                if !(0..=65_535).contains(&port) {
                    let message = format!("{} port ({port}) out of range", protocol.to_uppercase());
                    return Err(Refusal::new("InvalidParameterValue", message));
                }
            }
            if from > to {
                let message = format!("Invalid {} port range ({from}-{to})", protocol.to_uppercase());
                return Err(Refusal::new("InvalidParameterValue", message));
            }
            (from, to)
        }
        "icmp" | "icmpv6" => (from.unwrap_or(-1), to.unwrap_or(-1)),
        number if number.parse::<u8>().is_ok() => (-1, -1),
        other => {
            let message = format!("Invalid value '{other}' for IP protocol. Unknown protocol.");
            return Err(Refusal::new("InvalidParameterValue", message));
        }
    };
    Ok(RuleSpec { protocol: protocol.to_owned(), from, to, ..RuleSpec::default() })
}

fn v4(text: &str) -> Result<String, Refusal> {
    let net: ipnet::Ipv4Net = text.parse().map_err(|_| malformed(text))?;
    Ok(net.trunc().to_string())
}

fn malformed(text: &str) -> Refusal {
    Refusal::new("InvalidParameterValue", format!("CIDR block {text} is malformed"))
}
