//! Tags on what there is, and on what is made.

use super::ids::Kind;
use super::state::{Region, kind_of};
use super::{Answer, Context, done};
use crate::sim::scenario::spec::Tags;
use crate::sim::service::Refusal;
use crate::sim::wire::query::{Params, missing};

/// The most tags that a resource can have, AWS's own not counted.
const MOST: usize = 50;

/// The tags that a request sets on what it makes of that type.
pub(super) fn on_create(context: &Context<'_>, kind: &str) -> Result<Tags, Refusal> {
    let mut tags = Tags::new();
    for specification in context.params.structures("TagSpecification") {
        if specification.required("ResourceType")? == kind {
            put(&mut tags, &given(specification, context)?)?;
        }
    }
    Ok(tags)
}

/// The tags of a request, checked. Only AWS's own services set tags of AWS's own.
fn given(params: Params<'_>, context: &Context<'_>) -> Result<Tags, Refusal> {
    let own = context.request.principal.invoked_by.is_some();
    let mut tags = Tags::new();
    for tag in params.structures("Tag") {
        let key = tag.text("Key").unwrap_or_default();
        let value = tag.text("Value").unwrap_or_default();
        if key.to_ascii_lowercase().starts_with("aws:") && !own {
            let message = format!(
                "Value ( {key} ) for parameter key is invalid. Tag keys starting with 'aws:' are reserved for internal use"
            );
            return Err(Refusal::new("InvalidParameterValue", message));
        }
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            let message = "Tag keys have 1 to 128 characters, tag values 256 at most";
            return Err(Refusal::new("InvalidParameterValue", message));
        }
        tags.push((key.to_owned(), value.to_owned()));
    }
    Ok(tags)
}

fn put(tags: &mut Tags, new: &Tags) -> Result<(), Refusal> {
    for (key, value) in new {
        match tags.iter_mut().find(|(known, _)| known == key) {
            Some((_, old)) => old.clone_from(value),
            None => tags.push((key.clone(), value.clone())),
        }
    }
    if tags.iter().filter(|(key, _)| !key.starts_with("aws:")).count() > MOST {
        let message = "The maximum number of Tags for a resource has been reached.";
        return Err(Refusal::new("TagLimitExceeded", message));
    }
    Ok(())
}

fn tags_of<'a>(region: &'a mut Region, id: &str) -> Result<&'a mut Tags, Refusal> {
    region.tags_mut(id).ok_or_else(|| match kind_of(id) {
        Some("instance") => Kind::INSTANCE.absent(id),
        Some("network-interface") => Kind::INTERFACE.absent(id),
        Some("volume") => Kind::VOLUME.absent(id),
        Some("snapshot") => Kind::SNAPSHOT.absent(id),
        Some("security-group") => Kind::GROUP.absent(id),
        Some("vpc") => Kind::VPC.absent(id),
        Some("subnet") => Kind::SUBNET.absent(id),
        Some("image") => Kind::IMAGE.absent(id),
        _ => Refusal::new("InvalidID", format!("The ID '{id}' is not valid")),
    })
}

pub(super) fn create(context: &Context<'_>, region: &mut Region) -> Answer {
    let ids = context.params.some_texts("ResourceId")?;
    let new = given(context.params, context)?;
    if new.is_empty() {
        return Err(missing("Tag"));
    }
    for id in ids {
        put(tags_of(region, id)?, &new)?;
    }
    Ok(done())
}

pub(super) fn delete(context: &Context<'_>, region: &mut Region) -> Answer {
    let ids = context.params.some_texts("ResourceId")?;
    let old = context.params.structures("Tag");
    for id in ids {
        let tags = tags_of(region, id)?;
        if old.is_empty() {
            tags.retain(|(key, _)| key.starts_with("aws:"));
        }
        for tag in &old {
            let key = tag.required("Key")?;
            // A value that is given must be the tag's; none stands for any.
            let value = tag.text("Value");
            tags.retain(|(known, held)| known != key || value.is_some_and(|value| value != held));
        }
    }
    Ok(done())
}
