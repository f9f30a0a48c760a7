//! EC2 state over the SDK. Every Describe call is paged to its end with the
//! largest page, kinds side by side: EC2 grants a call with a page size 100
//! requests at once and 20 a second (EC2 API reference, "Request throttling").

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Filter, InstanceAttributeName};
use aws_types::SdkConfig;
use base64::Engine as _;
use futures_util::FutureExt as _;

use super::fault::Origin;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::instance::Instance;
use crate::domain::inventory::Inventory;
use crate::port::{Fleet, Pending};

pub(super) mod decode;
pub(super) mod surroundings;

/// The largest page of most Describe calls.
const PAGE: i32 = 1000;
/// DescribeRouteTables takes no larger page.
const ROUTE_TABLES_PAGE: i32 = 100;
/// A filter takes no more values (EC2 user guide, "Resource quotas": 200).
const FILTER_VALUES: usize = 200;

/// EC2 of one Scope, with what the services around it say of an instance.
pub struct Ec2 {
    client: Client,
    scaling: aws_sdk_autoscaling::Client,
    balancing: aws_sdk_elasticloadbalancingv2::Client,
    iam: aws_sdk_iam::Client,
    origin: Origin,
}

/// All items of all pages of a Describe call, or the fault that ended it.
macro_rules! all {
    ($self:ident, $operation:literal, $request:expr) => {
        async {
            let items: Result<Vec<_>, _> = $request.into_paginator().items().send().try_collect().await;
            items.map_err(|error| ($operation, $self.origin.fault(concat!("ec2:", $operation), &error)))
        }
    };
}

/// What a Describe call gave, or its operation and fault.
type Read<T> = Result<Vec<T>, (&'static str, Fault)>;

impl Ec2 {
    /// EC2 through clients of this configuration.
    pub fn new(config: &SdkConfig, origin: Origin) -> Self {
        Self {
            client: Client::new(config),
            scaling: aws_sdk_autoscaling::Client::new(config),
            balancing: aws_sdk_elasticloadbalancingv2::Client::new(config),
            iam: aws_sdk_iam::Client::new(config),
            origin,
        }
    }

    async fn everything(&self) -> Result<Inventory, Fault> {
        let ec2 = &self.client;
        let instances = all!(self, "DescribeInstances", ec2.describe_instances().max_results(PAGE));
        let statuses = all!(self, "DescribeInstanceStatus", ec2.describe_instance_status().max_results(PAGE));
        let groups = all!(self, "DescribeSecurityGroups", ec2.describe_security_groups().max_results(PAGE));
        let rules = all!(self, "DescribeSecurityGroupRules", ec2.describe_security_group_rules().max_results(PAGE));
        let interfaces = all!(self, "DescribeNetworkInterfaces", ec2.describe_network_interfaces().max_results(PAGE));
        let volumes = all!(self, "DescribeVolumes", ec2.describe_volumes().max_results(PAGE));
        let snapshots = all!(self, "DescribeSnapshots", ec2.describe_snapshots().owner_ids("self").max_results(PAGE));
        let vpcs = all!(self, "DescribeVpcs", ec2.describe_vpcs().max_results(PAGE));
        let subnets = all!(self, "DescribeSubnets", ec2.describe_subnets().max_results(PAGE));
        let tables = all!(self, "DescribeRouteTables", ec2.describe_route_tables().max_results(ROUTE_TABLES_PAGE));
        let acls = all!(self, "DescribeNetworkAcls", ec2.describe_network_acls().max_results(PAGE));
        let gateways = all!(self, "DescribeInternetGateways", ec2.describe_internet_gateways().max_results(PAGE));
        let logs = all!(self, "DescribeFlowLogs", ec2.describe_flow_logs().max_results(PAGE));
        let profiles = all!(
            self,
            "DescribeIamInstanceProfileAssociations",
            ec2.describe_iam_instance_profile_associations().max_results(PAGE)
        );
        let first = async { tokio::join!(instances, statuses, groups, rules, interfaces, volumes, snapshots) };
        let second = async { tokio::join!(vpcs, subnets, tables, acls, gateways, logs, profiles) };
        let (first, second, addresses) = tokio::join!(first.boxed(), second.boxed(), self.addresses());
        let (instances, statuses, groups, rules, interfaces, volumes, snapshots) = first;
        let (vpcs, subnets, tables, acls, gateways, logs, profiles) = second;

        let mut inventory = Inventory { region: self.origin.region.clone(), ..Inventory::default() };
        let reservations = instances.map_err(|(_, fault)| fault)?;
        decode::instances(&mut inventory, reservations);
        let images = self.images(&inventory).await;
        let parts = &mut inventory;
        put(parts, statuses, decode::statuses);
        put_groups(parts, groups, rules);
        put(parts, interfaces, decode::interfaces);
        put(parts, volumes, decode::volumes);
        put(parts, snapshots, decode::snapshots);
        put(parts, images, decode::images);
        put(parts, vpcs, decode::vpcs);
        put(parts, subnets, decode::subnets);
        put(parts, tables, decode::route_tables);
        put(parts, acls, decode::acls);
        put(parts, gateways, decode::gateways);
        put(parts, addresses, decode::addresses);
        put(parts, logs, decode::flow_logs);
        put(parts, profiles, decode::profile_associations);
        Ok(inventory)
    }

    async fn one(&self, id: &str) -> Result<Inventory, Fault> {
        let ec2 = &self.client;
        let attached = || filter("attachment.instance-id", [id.to_owned()]);
        let mut inventory = Inventory { region: self.origin.region.clone(), ..Inventory::default() };
        let instances = ec2.describe_instances().instance_ids(id).send();
        let interfaces = all!(
            self,
            "DescribeNetworkInterfaces",
            ec2.describe_network_interfaces().filters(attached()).max_results(PAGE)
        );
        let volumes = all!(self, "DescribeVolumes", ec2.describe_volumes().filters(attached()).max_results(PAGE));
        let profiles = all!(
            self,
            "DescribeIamInstanceProfileAssociations",
            ec2.describe_iam_instance_profile_associations()
                .filters(filter("instance-id", [id.to_owned()]))
                .max_results(PAGE)
        );
        let (instances, status, interfaces, volumes, profiles, protected, shutdown) = tokio::join!(
            instances,
            self.status(id),
            interfaces,
            volumes,
            profiles,
            self.attribute(id, InstanceAttributeName::DisableApiTermination),
            self.attribute(id, InstanceAttributeName::InstanceInitiatedShutdownBehavior),
        );
        let answer = instances.map_err(|error| self.origin.fault("ec2:DescribeInstances", &error))?;
        decode::instances(&mut inventory, answer.reservations.unwrap_or_default());
        if !inventory.instances.contains_key(id) {
            return Err(Fault::new(FaultKind::NotFound, "ec2:DescribeInstances", format!("no instance {id}")));
        }
        put(&mut inventory, status, decode::statuses);
        put(&mut inventory, interfaces, decode::interfaces);
        put(&mut inventory, volumes, decode::volumes);
        put(&mut inventory, profiles, decode::profile_associations);
        match (protected, shutdown) {
            (Ok(protected), Ok(shutdown)) => {
                if let Some(instance) = inventory.instances.get_mut(id) {
                    instance.protected = protected.disable_api_termination.and_then(|value| value.value);
                    instance.shutdown_behavior =
                        shutdown.instance_initiated_shutdown_behavior.and_then(|value| value.value);
                }
            }
            (Err(fault), _) | (_, Err(fault)) => {
                inventory.missing.insert(fault.operation.clone(), fault);
            }
        }
        let Some(instance) = inventory.instances.get(id).cloned() else { return Ok(inventory) };
        let addresses = inventory.addresses_of(&instance);
        let ((), around) = tokio::join!(self.groups_of(&mut inventory, id), self.surroundings(&instance, addresses));
        inventory.surroundings.insert(id.to_owned(), around);
        Ok(inventory)
    }

    /// Reads the groups on the interfaces of an instance, with their rules.
    async fn groups_of(&self, inventory: &mut Inventory, id: &str) {
        let ids = inventory.instances.get(id).map(|instance| inventory.groups_of(instance)).unwrap_or_default();
        if ids.is_empty() {
            return;
        }
        let by_id = || filter("group-id", ids.iter().cloned());
        let groups = all!(
            self,
            "DescribeSecurityGroups",
            self.client.describe_security_groups().filters(by_id()).max_results(PAGE)
        );
        let rules = all!(
            self,
            "DescribeSecurityGroupRules",
            self.client.describe_security_group_rules().filters(by_id()).max_results(PAGE)
        );
        let (groups, rules) = tokio::join!(groups, rules);
        put_groups(inventory, groups, rules);
    }

    /// The images that the instances were launched from. A filter, for an id
    /// that exists no more would fail a request that names it outright.
    async fn images(&self, inventory: &Inventory) -> Read<aws_sdk_ec2::types::Image> {
        let mut ids: Vec<String> =
            inventory.instances.values().map(|instance: &Instance| instance.image.clone()).collect();
        ids.retain(|id| !id.is_empty());
        ids.sort_unstable();
        ids.dedup();
        let mut images = Vec::new();
        for some in ids.chunks(FILTER_VALUES) {
            let request = self
                .client
                .describe_images()
                .filters(filter("image-id", some.iter().cloned()))
                .include_deprecated(true)
                .max_results(PAGE);
            images.extend(all!(self, "DescribeImages", request).await?);
        }
        Ok(images)
    }

    /// Elastic IP addresses: the one Describe call without pages.
    async fn addresses(&self) -> Read<aws_sdk_ec2::types::Address> {
        match self.client.describe_addresses().send().await {
            Ok(answer) => Ok(answer.addresses.unwrap_or_default()),
            Err(error) => Err(("DescribeAddresses", self.origin.fault("ec2:DescribeAddresses", &error))),
        }
    }

    async fn status(&self, id: &str) -> Read<aws_sdk_ec2::types::InstanceStatus> {
        match self.client.describe_instance_status().instance_ids(id).include_all_instances(true).send().await {
            Ok(answer) => Ok(answer.instance_statuses.unwrap_or_default()),
            Err(error) => Err(("DescribeInstanceStatus", self.origin.fault("ec2:DescribeInstanceStatus", &error))),
        }
    }

    async fn attribute(
        &self,
        id: &str,
        name: InstanceAttributeName,
    ) -> Result<aws_sdk_ec2::operation::describe_instance_attribute::DescribeInstanceAttributeOutput, Fault> {
        let answer = self.client.describe_instance_attribute().instance_id(id).attribute(name).send().await;
        answer.map_err(|error| self.origin.fault("ec2:DescribeInstanceAttribute", &error))
    }

    /// The console's latest output where the hypervisor has it (Nitro), else
    /// what it kept of the last start.
    async fn console(&self, id: &str) -> Result<String, Fault> {
        const OPERATION: &str = "ec2:GetConsoleOutput";
        let latest = self.client.get_console_output().instance_id(id).latest(true).send().await;
        let answer = match latest {
            Ok(answer) => answer,
            Err(error) => {
                let fault = self.origin.fault(OPERATION, &error);
                if fault.kind != FaultKind::Invalid {
                    return Err(fault);
                }
                let kept = self.client.get_console_output().instance_id(id).send().await;
                kept.map_err(|error| self.origin.fault(OPERATION, &error))?
            }
        };
        let Some(encoded) = answer.output else { return Ok(String::new()) };
        let packed: String = encoded.split_ascii_whitespace().collect();
        match base64::engine::general_purpose::STANDARD.decode(packed) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) => {
                Err(Fault::new(FaultKind::Malformed, OPERATION, format!("the output is not base64: {error}")))
            }
        }
    }

    async fn enabled_regions(&self) -> Result<Vec<String>, Fault> {
        let answer = self.client.describe_regions().send().await;
        let answer = answer.map_err(|error| self.origin.fault("ec2:DescribeRegions", &error))?;
        let mut names: Vec<String> =
            answer.regions.unwrap_or_default().into_iter().filter_map(|region| region.region_name).collect();
        names.sort_unstable();
        Ok(names)
    }
}

impl Fleet for Ec2 {
    fn inventory(&self) -> Pending<'_, Inventory> {
        self.everything().boxed()
    }

    fn instance<'a>(&'a self, id: &'a str) -> Pending<'a, Inventory> {
        self.one(id).boxed()
    }

    fn console_output<'a>(&'a self, id: &'a str) -> Pending<'a, String> {
        self.console(id).boxed()
    }

    fn regions(&self) -> Pending<'_, Vec<String>> {
        self.enabled_regions().boxed()
    }
}

pub(super) fn filter(name: &str, values: impl IntoIterator<Item = String>) -> Filter {
    Filter::builder().name(name).set_values(Some(values.into_iter().collect())).build()
}

/// Puts what was read into its place, or the fault where it belongs.
fn put<T>(inventory: &mut Inventory, read: Read<T>, place: impl FnOnce(&mut Inventory, Vec<T>)) {
    match read {
        Ok(items) => place(inventory, items),
        Err((operation, fault)) => {
            inventory.missing.insert(format!("ec2:{operation}"), fault);
        }
    }
}

/// Groups with their rules; where the rules may not be read, the group's own
/// permissions stand in for them, without ids.
fn put_groups(
    inventory: &mut Inventory,
    groups: Read<aws_sdk_ec2::types::SecurityGroup>,
    rules: Read<aws_sdk_ec2::types::SecurityGroupRule>,
) {
    let permissions_stand_in = rules.is_err();
    put(inventory, groups, |inventory, groups| decode::groups(inventory, groups, permissions_stand_in));
    put(inventory, rules, decode::rules);
}
