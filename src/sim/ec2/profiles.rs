//! Instance profiles on instances. None of these actions has a dry run.

use super::ids::Kind;
use super::instances::living;
use super::list::Listing;
use super::state::{Association, Region};
use super::{Answer, Context};
use crate::sim::scenario::spec::ProfileSpec;
use crate::sim::service::Refusal;
use crate::sim::wire::query::Params;
use jiff::SignedDuration;
use serde_json::json;

const ASSOCIATIONS: Listing = Listing {
    set: "iamInstanceProfileAssociationSet",
    ids: &[("AssociationId", "associationId", Kind::ASSOCIATION)],
    pages: Some((5, 1000)),
    ids_or_pages: false,
    filters: &[("instance-id", "instanceId"), ("state", "state")],
};

pub(super) fn describe(context: &Context<'_>, region: &Region) -> Answer {
    let all = region.associations.iter().map(|one| region.show_association(one, context.now)).collect();
    ASSOCIATIONS.answer(context, all)
}

/// The profile that a request names, by ARN or name; `None` where it names none.
pub(super) fn named<'a>(region: &'a Region, params: Params<'_>) -> Result<Option<&'a ProfileSpec>, Refusal> {
    let (field, text) = match (params.text("IamInstanceProfile.Arn"), params.text("IamInstanceProfile.Name")) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            let message =
                "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'";
            return Err(Refusal::new("InvalidParameterCombination", message));
        }
        (Some(arn), None) => ("arn", arn),
        (None, Some(name)) => ("name", name),
    };
    let found = region.profiles.iter().find(|one| match field {
        "arn" => region.profile_arn(&one.name) == text,
        _ => one.name == text,
    });
    let words = if field == "arn" { "Invalid IAM Instance Profile ARN" } else { "Invalid IAM Instance Profile name" };
    let message = format!("Value ({text}) for parameter iamInstanceProfile.{field} is invalid. {words}");
    found.map(Some).ok_or_else(|| Refusal::new("InvalidParameterValue", message))
}

fn required(region: &Region, params: Params<'_>) -> Result<String, Refusal> {
    let message = "The request must contain the parameter iamInstanceProfile";
    let profile = named(region, params)?.ok_or_else(|| Refusal::new("MissingParameter", message))?;
    Ok(profile.name.clone())
}

pub(super) fn associate(context: &Context<'_>, region: &mut Region) -> Answer {
    let params = context.params;
    let instance = params.required("InstanceId")?;
    let profile = required(region, params)?;
    living(region, instance)?;
    if region.association_of(instance).is_some() {
        let message = format!("There is an existing association for instance {instance}");
        return Err(Refusal::new("IncorrectState", message));
    }
    let association = region.new_association(instance, &profile, context.now);
    let shown = region.show_association(&association, context.now);
    region.associations.push(association);
    Ok(json!({"iamInstanceProfileAssociation": shown}))
}

pub(super) fn disassociate(context: &Context<'_>, region: &mut Region) -> Answer {
    let id = context.params.required("AssociationId")?;
    let gone = context.now + SignedDuration::from_secs(5);
    let association = there(region, id)?;
    association.since = context.now;
    association.gone = Some(gone);
    let shown = association.clone();
    Ok(json!({"iamInstanceProfileAssociation": region.show_association(&shown, context.now)}))
}

pub(super) fn replace(context: &Context<'_>, region: &mut Region) -> Answer {
    let params = context.params;
    let id = params.required("AssociationId")?;
    let profile = required(region, params)?;
    let association = there(region, id)?;
    let instance = association.instance.clone();
    association.gone = Some(context.now);
    let association = region.new_association(&instance, &profile, context.now);
    let shown = region.show_association(&association, context.now);
    region.associations.push(association);
    Ok(json!({"iamInstanceProfileAssociation": shown}))
}

/// An association that is not on its way out.
fn there<'a>(region: &'a mut Region, id: &str) -> Result<&'a mut Association, Refusal> {
    let found = region.associations.iter_mut().find(|one| one.id == id && one.gone.is_none());
    found.ok_or_else(|| Kind::ASSOCIATION.absent(id))
}

impl Region {
    /// A profile on an instance, in force after a few seconds.
    pub(super) fn new_association(&mut self, instance: &str, profile: &str, now: jiff::Timestamp) -> Association {
        Association {
            id: self.id("iip-assoc"),
            instance: instance.to_owned(),
            profile: profile.to_owned(),
            since: now,
            associated: now + SignedDuration::from_secs(5),
            gone: None,
        }
    }
}
