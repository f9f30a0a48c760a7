//! EC2's shapes into the domain's. An absent field becomes empty or none, never
//! a guess; an item without an id is passed over.

mod group;
mod instance;
mod network;
mod storage;
mod tag;

pub use group::{groups, rule, rules};
pub use instance::{instances, profile_associations, statuses};
pub use network::{
    acl_entry, acls, addresses, flow_logs, gateways, group_ids, interfaces, route_tables, subnets, vpcs,
};
pub use storage::{images, snapshot, snapshot_begun, snapshots, volumes};
pub use tag::tags;
