//! ClassicLink, which linked instances outside any VPC with one. EC2-Classic is gone
//! since August 2023; its actions still answer. The lists are empty, and detaching an
//! instance of a VPC is refused with `InvalidInstanceID.NotLinkable`, the code that
//! the API reference has for instances that ClassicLink is not for. A scenario may
//! hold one relic that is still linked, so that the call can succeed once.

use super::ids::Kind;
use super::list::Listing;
use super::show::tags;
use super::state::Region;
use super::{Answer, Context, done};
use crate::sim::service::Refusal;
use serde_json::json;

const LINKED: Listing = Listing {
    set: "instancesSet",
    ids: &[("InstanceId", "instanceId", Kind::INSTANCE)],
    pages: Some((5, 1000)),
    ids_or_pages: false,
    filters: &[
        ("tag-key", "tagSet.key"),
        ("group-id", "groupSet.groupId"),
        ("instance-id", "instanceId"),
        ("vpc-id", "vpcId"),
    ],
};

const VPCS: Listing = Listing {
    set: "vpcSet",
    ids: &[("VpcId", "vpcId", Kind::VPC)],
    pages: None,
    ids_or_pages: false,
    filters: &[("tag-key", "tagSet.key"), ("is-classic-link-enabled", "classicLinkEnabled")],
};

const DNS: Listing = Listing {
    set: "vpcs",
    ids: &[("VpcIds", "vpcId", Kind::VPC)],
    pages: Some((5, 1000)),
    ids_or_pages: false,
    filters: &[],
};

pub(super) fn instances(context: &Context<'_>, region: &Region) -> Answer {
    let linked = region.instances.iter().filter_map(|instance| {
        let link = instance.classic_link.as_ref()?;
        Some(json!({
            "instanceId": instance.id,
            "vpcId": link.vpc,
            "groupSet": region.show_group_names(&link.groups),
            "tagSet": tags(&instance.tags),
        }))
    });
    LINKED.answer(context, linked.collect())
}

pub(super) fn vpcs(context: &Context<'_>, region: &Region) -> Answer {
    let all = region.vpcs.iter().map(
        |vpc| json!({"vpcId": vpc.id, "classicLinkEnabled": linked_to(region, &vpc.id), "tagSet": tags(&vpc.tags)}),
    );
    VPCS.answer(context, all.collect())
}

pub(super) fn dns_support(context: &Context<'_>, region: &Region) -> Answer {
    let all = region.vpcs.iter().map(|vpc| json!({"vpcId": vpc.id, "classicLinkDnsSupported": false}));
    DNS.answer(context, all.collect())
}

fn linked_to(region: &Region, vpc: &str) -> bool {
    region.instances.iter().any(|instance| instance.classic_link.as_ref().is_some_and(|link| link.vpc == vpc))
}

pub(super) fn detach(context: &Context<'_>, region: &mut Region) -> Answer {
    let id = context.params.required("InstanceId")?;
    let vpc = context.params.required("VpcId")?;
    Kind::VPC.find(vpc, region.vpcs.iter().find(|one| one.id == vpc))?;
    let instance = Kind::INSTANCE.find(id, region.instance_mut(id))?;
    match &instance.classic_link {
        Some(link) if link.vpc == vpc => {
            instance.classic_link = None;
            Ok(done())
        }
        _ => {
            let message = format!("The instance '{id}' is not linked to the VPC '{vpc}'");
            Err(Refusal::new("InvalidInstanceID.NotLinkable", message))
        }
    }
}
