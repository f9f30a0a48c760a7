//! Activities: what a group did, in the words that AWS tells it in.

use super::state::{Activity, Group, Scaling};
use jiff::Timestamp;
use serde_json::{Value, json};

/// A time as activities write it.
pub fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// So many instances, as a sentence says it.
pub fn instances(count: usize) -> String {
    format!("{count} instance{}", if count == 1 { "" } else { "s" })
}

impl Scaling {
    /// A new activity of a group; its id.
    pub fn begin(&mut self, group: &str, activity: Activity) -> String {
        let id = self.dice.uuid();
        if let Some(group) = self.group_mut(group) {
            group.activities.push(Activity { id: id.clone(), ..activity });
        }
        id
    }
}

impl Group {
    /// Ends an activity well.
    pub fn succeed(&mut self, id: &str, at: Timestamp) {
        if let Some(activity) = self.activities.iter_mut().find(|one| one.id == id) {
            "Successful".clone_into(&mut activity.status);
            activity.progress = 100;
            activity.end = Some(at);
        }
    }

    /// An activity as the API shows it.
    pub fn show_activity(&self, one: &Activity) -> Value {
        let (subnet, zone) = &one.place;
        let time = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
        json!({
            "ActivityId": one.id,
            "AutoScalingGroupName": self.spec.name,
            "Description": one.description,
            "Cause": one.cause,
            "StartTime": time(one.start),
            "EndTime": one.end.map(time),
            "StatusCode": one.status,
            "StatusMessage": one.message,
            "Progress": one.progress,
            "Details": json!({"Subnet ID": subnet, "Availability Zone": zone}).to_string(),
            "AutoScalingGroupARN": self.spec.arn,
        })
    }
}
