//! Network interfaces: changing one attribute at a time.

use super::ids::Kind;
use super::state::Region;
use super::{Answer, Context, done, groups};
use crate::sim::service::Refusal;

pub(super) fn modify_attribute(context: &Context<'_>, region: &mut Region) -> Answer {
    let params = context.params;
    let id = params.required("NetworkInterfaceId")?;
    Kind::INTERFACE.find(id, region.interfaces.iter().find(|one| one.id == id))?;
    let ids = params.texts("SecurityGroupId");
    let description = params.text("Description.Value");
    let check = params.flag("SourceDestCheck.Value")?;
    let delete = params.flag("Attachment.DeleteOnTermination")?;
    let asked = [!ids.is_empty(), description.is_some(), check.is_some(), delete.is_some()];
    match asked.iter().filter(|one| **one).count() {
        0 => return Err(Refusal::new("InvalidParameterCombination", "No attributes specified.")),
        1 => {}
        _ => {
            let message = "Fields for multiple attribute types specified";
            return Err(Refusal::new("InvalidParameterCombination", message));
        }
    }
    if !ids.is_empty() {
        groups::put_on(region, id, &ids)?;
    }
    let Some(interface) = region.interfaces.iter_mut().find(|one| one.id == id) else {
        return Err(Kind::INTERFACE.absent(id));
    };
    if let Some(text) = description {
        text.clone_into(&mut interface.description);
    }
    if let Some(check) = check {
        interface.source_dest_check = check;
        let (instance, primary) = (interface.instance.clone(), interface.index == 0);
        if let Some(instance) = region.instance_mut(&instance).filter(|_| primary) {
            instance.source_dest_check = check;
        }
    } else if let Some(delete) = delete {
        let attachment = params.required("Attachment.AttachmentId")?;
        if interface.attachment != attachment {
            let message = format!("The interface attachment '{attachment}' does not exist.");
            return Err(Refusal::new("InvalidAttachmentID.NotFound", message));
        }
        interface.delete_on_termination = delete;
    }
    Ok(done())
}
