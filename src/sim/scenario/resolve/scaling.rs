//! Target groups, load balancers and Auto Scaling groups.

use super::super::file::{self, File};
use super::super::names::{self, Names, Place, wrong};
use super::super::spec::{
    BalancerSpec, InstanceSpec, ListenerSpec, ScalingGroupSpec, SubnetSpec, SurgeSpec, TargetGroupSpec,
};
use super::super::{Scenario, ScenarioError};
use super::{duration, tags};
use crate::sim::dice::Dice;

/// The tag by which an instance tells its group.
pub const MEMBER: &str = "aws:autoscaling:groupName";

/// The names of target groups, before the instances of Auto Scaling groups are known.
pub fn resolve(file: &File, scenario: &mut Scenario, names: &mut Names) -> Result<(), ScenarioError> {
    for raw in &file.target_group {
        let spec = target_group(raw, scenario, names)?;
        let place = Place { id: spec.arn.clone(), region: spec.region.clone(), vpc: spec.vpc.clone() };
        names.add("target_group", &raw.name, place)?;
        scenario.target_groups.push(spec);
    }
    for raw in &file.balancer {
        let spec = balancer(raw, scenario, names)?;
        scenario.balancers.push(spec);
    }
    for raw in &file.scaling_group {
        let spec = scaling_group(raw, scenario, names)?;
        for arn in &spec.target_groups {
            let launched = |id: &str| scenario.instances.iter().find(|known| known.id == id).map(|one| one.launched);
            let members = spec.members.iter().map(|(id, _)| (id.clone(), launched(id).unwrap_or_default() + 60));
            let members: Vec<(String, i64)> = members.collect();
            if let Some(group) = scenario.target_groups.iter_mut().find(|known| known.arn == *arn) {
                group.targets.extend(members);
            }
        }
        scenario.scaling_groups.push(spec);
    }
    for one in &scenario.instances {
        if let Some(group) = group_of(one)
            && !scenario.scaling_groups.iter().any(|known| known.name == group && known.region == one.region)
        {
            let why = format!("there is no scaling_group '{group}' in {}", one.region);
            return Err(wrong(format!("instance '{}'", one.name), why));
        }
    }
    Ok(())
}

/// The name of an instance's group.
fn group_of(instance: &InstanceSpec) -> Option<&str> {
    instance.tags.iter().find(|(key, _)| key == MEMBER).map(|(_, name)| name.as_str())
}

fn target_group(raw: &file::TargetGroup, scenario: &Scenario, names: &Names) -> Result<TargetGroupSpec, ScenarioError> {
    let at = format!("target_group '{}'", raw.name);
    let vpc = names.get("vpc", &raw.vpc, &at)?;
    let suffix = Dice::new(0, &format!("targetgroup {} {}", vpc.region, raw.name)).hex(16);
    let mut targets = Vec::new();
    for name in &raw.targets {
        let place = names.get("instance", name, &at)?;
        if place.vpc != vpc.id {
            return Err(wrong(at, format!("the instance '{name}' is not in the VPC '{}'", raw.vpc)));
        }
        targets.push((place.id.clone(), -86_400));
    }
    Ok(TargetGroupSpec {
        arn: format!(
            "arn:aws:elasticloadbalancing:{}:{}:targetgroup/{}/{suffix}",
            vpc.region, scenario.account.id, raw.name
        ),
        name: raw.name.clone(),
        region: vpc.region.clone(),
        vpc: vpc.id.clone(),
        protocol: "HTTP".to_owned(),
        port: raw.port,
        delay: raw.delay.as_deref().map_or(Ok(300), |text| duration(text, &at))?,
        interval: 10,
        healthy_after: 2,
        targets,
        tags: tags(&raw.name, &raw.tags),
    })
}

/// Subnets, each with its zone, all of one VPC; the VPC's id and Region.
fn subnets(
    list: &[String],
    scenario: &Scenario,
    names: &Names,
    at: &str,
) -> Result<(Vec<(String, String)>, Place), ScenarioError> {
    let mut found: Vec<&SubnetSpec> = Vec::new();
    for name in list {
        let place = names.get("subnet", name, at)?;
        found.extend(scenario.subnets.iter().filter(|known| known.id == place.id));
    }
    let Some(first) = found.first() else { return Err(wrong(at, "name at least one subnet")) };
    if found.iter().any(|one| one.vpc != first.vpc) {
        return Err(wrong(at, "all subnets are of one VPC"));
    }
    let place = Place { id: first.vpc.clone(), region: first.region.clone(), vpc: first.vpc.clone() };
    Ok((found.iter().map(|one| (one.id.clone(), one.az.clone())).collect(), place))
}

fn group_ids(groups: &[String], vpc: &Place, names: &Names, at: &str) -> Result<Vec<String>, ScenarioError> {
    let mut ids = Vec::new();
    for group in groups {
        let place = names.get("group", group, at)?;
        if place.vpc != vpc.id {
            return Err(wrong(at, format!("the group '{group}' is of another VPC than the subnets")));
        }
        ids.push(place.id.clone());
    }
    Ok(ids)
}

fn balancer(raw: &file::Balancer, scenario: &Scenario, names: &Names) -> Result<BalancerSpec, ScenarioError> {
    let at = format!("balancer '{}'", raw.name);
    let (subnets, vpc) = subnets(&raw.subnets, scenario, names, &at)?;
    let mut dice = Dice::new(0, &format!("loadbalancer {} {}", vpc.region, raw.name));
    let suffix = dice.hex(16);
    let stem = format!("arn:aws:elasticloadbalancing:{}:{}", vpc.region, scenario.account.id);
    let mut listeners = Vec::new();
    for line in &raw.listeners {
        let why = || wrong(at.clone(), format!("'{line}' is no listener: write it like HTTPS 443 to web"));
        let words: Vec<&str> = line.split_whitespace().collect();
        let [protocol @ ("HTTP" | "HTTPS"), port, "to", target] = words.as_slice() else { return Err(why()) };
        let group = names.get("target_group", target, &at)?;
        if group.vpc != vpc.id {
            return Err(wrong(at, format!("the target group '{target}' is of another VPC than the subnets")));
        }
        listeners.push(ListenerSpec {
            arn: format!("{stem}:listener/app/{}/{suffix}/{}", raw.name, dice.hex(16)),
            protocol: (*protocol).to_owned(),
            port: port.parse().map_err(|_| why())?,
            certificate: format!(
                "arn:aws:acm:{}:{}:certificate/{}",
                vpc.region,
                scenario.account.id,
                Dice::new(0, &format!("certificate {}", raw.name)).uuid()
            ),
            target_group: group.id.clone(),
        });
    }
    Ok(BalancerSpec {
        arn: format!("{stem}:loadbalancer/app/{}/{suffix}", raw.name),
        dns: format!("{}-{}.{}.elb.amazonaws.com", raw.name, dice.between(100_000_000, 1_999_999_999), vpc.region),
        name: raw.name.clone(),
        groups: group_ids(&raw.groups, &vpc, names, &at)?,
        region: vpc.region,
        vpc: vpc.vpc,
        subnets,
        internal: raw.internal,
        created: duration(&raw.created, &at)?,
        listeners,
        tags: tags(&raw.name, &raw.tags),
    })
}

fn scaling_group(
    raw: &file::ScalingGroup,
    scenario: &Scenario,
    names: &Names,
) -> Result<ScalingGroupSpec, ScenarioError> {
    let at = format!("scaling_group '{}'", raw.name);
    let (subnets, vpc) = subnets(&raw.subnets, scenario, names, &at)?;
    let image = names.get("image", &format!("{}@{}", raw.image, vpc.region), &at)?.id.clone();
    if let Some(profile) = raw.profile.as_ref().filter(|name| !scenario.profiles.iter().any(|one| one.name == **name)) {
        return Err(wrong(at, format!("there is no profile '{profile}'")));
    }
    let mut attached = Vec::new();
    for name in &raw.attached {
        attached.push(names.get("instance", name, &at)?.id.clone());
    }
    let members: Vec<(String, bool)> = scenario
        .instances
        .iter()
        .filter(|one| one.region == vpc.region && group_of(one) == Some(&raw.name))
        .map(|one| (one.id.clone(), !attached.contains(&one.id)))
        .collect();
    let size = i64::try_from(members.len()).unwrap_or_default();
    if raw.min > size || raw.max < size {
        return Err(wrong(at, format!("it has {size} instances, which min and max do not allow")));
    }
    let mut target_groups = Vec::new();
    for name in &raw.target_groups {
        target_groups.push(names.get("target_group", name, &at)?.id.clone());
    }
    let surge = match &raw.surge {
        None => None,
        Some(raw) => {
            let surge = SurgeSpec {
                first: duration(&raw.first, &at)?,
                every: duration(&raw.every, &at)?,
                lasts: duration(&raw.lasts, &at)?,
            };
            if surge.lasts < 60 || surge.every < surge.lasts + 60 {
                return Err(wrong(
                    at,
                    "a surge lasts a minute at least, and comes again a minute after at the earliest",
                ));
            }
            Some(surge)
        }
    };
    Ok(ScalingGroupSpec {
        arn: format!(
            "arn:aws:autoscaling:{}:{}:autoScalingGroup:{}:autoScalingGroupName/{}",
            vpc.region,
            scenario.account.id,
            Dice::new(0, &format!("scaling group {} {}", vpc.region, raw.name)).uuid(),
            raw.name
        ),
        name: raw.name.clone(),
        groups: group_ids(&raw.groups, &vpc, names, &at)?,
        template: names::id("lt", &format!("{} {}", vpc.region, raw.name)),
        region: vpc.region,
        subnets,
        image,
        instance_type: raw.instance_type.clone(),
        profile: raw.profile.clone(),
        min: raw.min,
        max: raw.max,
        target_groups,
        health: "EC2".to_owned(),
        suspended: raw.suspended.clone(),
        created: duration(&raw.created, &at)?,
        members,
        tags: raw.tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        surge,
    })
}
