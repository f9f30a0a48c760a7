//! Users, roles and instance profiles as they are.

use super::directory::{Entity, Kind};
use super::policies::escaped;
use super::{Answer, named, paged};
use crate::sim::account::Account;
use crate::sim::service::{Refusal, Request};
use crate::sim::wire::query::Params;
use serde_json::{Value, json};

pub(super) fn aliases(account: &mut Account, request: &Request) -> Answer {
    let alias = Some(account.spec.alias.as_str()).filter(|alias| !alias.is_empty());
    paged(request, "AccountAliases", alias.into_iter().map(Value::from).collect())
}

pub(super) fn user(account: &mut Account, request: &Request) -> Answer {
    let id = account.spec.id.clone();
    let user = named(account, request, Kind::User)?;
    Ok(json!({"User": {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.unique_id,
        "Arn": user.arn(&id),
        "CreateDate": created(user),
    }}))
}

pub(super) fn role(account: &mut Account, request: &Request) -> Answer {
    let id = account.spec.id.clone();
    let role = named(account, request, Kind::Role)?;
    Ok(json!({"Role": show_role(role, &id)}))
}

pub(super) fn instance_profile(account: &mut Account, request: &Request) -> Answer {
    let name = Params(&request.params).must_have("InstanceProfileName")?;
    let id = &account.spec.id;
    let profile = account.directory.profiles.iter().find(|one| one.name == name);
    let profile = profile
        .ok_or_else(|| Refusal::new("NoSuchEntity", format!("Instance Profile {name} cannot be found.")).status(404))?;
    let role = account.directory.find(Kind::Role, &profile.role);
    Ok(json!({"InstanceProfile": {
        "Path": "/",
        "InstanceProfileName": profile.name,
        "InstanceProfileId": profile.id,
        "Arn": format!("arn:aws:iam::{id}:instance-profile/{}", profile.name),
        "CreateDate": role.map(created),
        "Roles": role.into_iter().map(|role| show_role(role, id)).collect::<Vec<_>>(),
    }}))
}

fn created(one: &Entity) -> String {
    one.created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A role; the account knows of those that machines take on and of those of people.
fn show_role(role: &Entity, account: &str) -> Value {
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole",
    }]});
    json!({
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.unique_id,
        "Arn": role.arn(account),
        "CreateDate": created(role),
        "AssumeRolePolicyDocument": escaped(&trust.to_string()),
        "MaxSessionDuration": 3600,
    })
}
