//! AWS Identity and Access Management: users with their keys, roles, their inline
//! policies, instance profiles, and what policies would answer.
//!
//! What is written here is what the account asks at every next call of any service.

mod describe;
pub mod directory;
mod keys;
mod policies;
mod simulate;

use super::account::Account;
use super::camel;
use super::service::{Done, Need, Refusal, Request, Traits};
use super::wire::query::Params;
use directory::{Entity, Kind};
use serde_json::{Value, json};

/// What an action answers.
type Answer = Result<Value, Refusal>;

/// Whom an action is about.
#[derive(Clone, Copy)]
enum About {
    Nobody,
    /// The user that it names, the caller where it names none.
    User,
    Role,
    /// The owner of the access key that it names.
    Key,
    Profile,
    /// The user or role whose ARN it names.
    Source,
}

/// One action: its name, whom it is about, and the function that carries it out.
struct Action(&'static str, About, fn(&mut Account, &Request) -> Answer);

const ACTIONS: &[Action] = &[
    Action("DeleteRolePolicy", About::Role, |account, request| policies::delete(account, request, Kind::Role)),
    Action("DeleteUserPolicy", About::User, |account, request| policies::delete(account, request, Kind::User)),
    Action("GetAccessKeyLastUsed", About::Key, keys::last_used),
    Action("GetInstanceProfile", About::Profile, describe::instance_profile),
    Action("GetRole", About::Role, describe::role),
    Action("GetRolePolicy", About::Role, |account, request| policies::get(account, request, Kind::Role)),
    Action("GetUser", About::User, describe::user),
    Action("GetUserPolicy", About::User, |account, request| policies::get(account, request, Kind::User)),
    Action("ListAccessKeys", About::User, keys::list),
    Action("ListAccountAliases", About::Nobody, describe::aliases),
    Action("ListRolePolicies", About::Role, |account, request| policies::list(account, request, Kind::Role)),
    Action("ListUserPolicies", About::User, |account, request| policies::list(account, request, Kind::User)),
    Action("PutRolePolicy", About::Role, |account, request| policies::put(account, request, Kind::Role)),
    Action("PutUserPolicy", About::User, |account, request| policies::put(account, request, Kind::User)),
    Action("SimulatePrincipalPolicy", About::Source, simulate::principal_policy),
    Action("UpdateAccessKey", About::User, keys::update),
];

fn find(request: &Request) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.0 == request.action)
}

/// Whether an action only reads.
fn reads(name: &str) -> bool {
    ["Get", "List", "Simulate"].iter().any(|prefix| name.starts_with(prefix))
}

/// What is known of an action; `None` where the service does not offer it.
pub fn traits(account: &Account, request: &Request) -> Option<Traits> {
    let action = find(request)?;
    let params = Params(&request.params);
    let mut need = Need::of(request);
    let directory = &account.directory;
    let id = &account.spec.id;
    need.resource = match action.1 {
        About::Nobody => "*".to_owned(),
        About::User => match directory.find(Kind::User, user_name(request)) {
            Some(user) => user.arn(id),
            None => format!("arn:aws:iam::{id}:user/{}", user_name(request)),
        },
        About::Role => {
            let name = params.text("RoleName").unwrap_or_default();
            directory
                .find(Kind::Role, name)
                .map_or_else(|| format!("arn:aws:iam::{id}:role/{name}"), |role| role.arn(id))
        }
        About::Key => {
            let key = params.text("AccessKeyId").unwrap_or_default();
            directory.owner(key).map_or_else(|| format!("arn:aws:iam::{id}:user/*"), |user| user.arn(id))
        }
        About::Profile => {
            let name = params.text("InstanceProfileName").unwrap_or_default();
            format!("arn:aws:iam::{id}:instance-profile/{name}")
        }
        About::Source => params.text("PolicySourceArn").unwrap_or("*").to_owned(),
    };
    let recorded = camel::parameters(&request.params, &["MaxItems"]);
    Some(Traits { read_only: reads(&request.action), needs: vec![need], recorded, ..Traits::default() })
}

/// Carries out a request.
pub fn act(account: &mut Account, request: &Request) -> Result<Done, Refusal> {
    let Some(Action(_, _, run)) = find(request) else {
        return Err(Refusal::new("InvalidAction", format!("Could not find operation {}", request.action)));
    };
    Ok(Done { answer: run(account, request)?, recorded: Value::Null })
}

/// The user that a request names, the caller where it names none.
fn user_name(request: &Request) -> &str {
    Params(&request.params).text("UserName").filter(|name| !name.is_empty()).unwrap_or(&request.principal.name)
}

/// The refusal of something that is not there.
fn absent(what: &str, name: &str) -> Refusal {
    Refusal::new("NoSuchEntity", format!("The {what} with name {name} cannot be found.")).status(404)
}

/// The user or role that a request names.
fn named<'a>(account: &'a mut Account, request: &Request, kind: Kind) -> Result<&'a mut Entity, Refusal> {
    let name = match kind {
        Kind::User => user_name(request),
        Kind::Role => Params(&request.params).must_have("RoleName")?,
    };
    account.directory.find_mut(kind, name).ok_or_else(|| absent(kind.word(), name))
}

/// One page of a list under `MaxItems` and `Marker`.
fn paged(request: &Request, list: &str, items: Vec<Value>) -> Answer {
    let params = Params(&request.params);
    let size = params.number("MaxItems")?.unwrap_or(100);
    if !(1..=1000).contains(&size) {
        let message = format!(
            "1 validation error detected: Value '{size}' at 'maxItems' failed to satisfy constraint: Member must have value between 1 and 1000"
        );
        return Err(Refusal::new("ValidationError", message));
    }
    let bound = super::page::bound(&request.action, "", &request.params, &["Marker", "MaxItems"]);
    let start = match params.text("Marker").filter(|marker| !marker.is_empty()) {
        None => 0,
        Some(marker) => super::page::offset(marker, &bound)
            .map_err(|_| Refusal::new("ValidationError", format!("Invalid Marker: {marker}")))?,
    };
    let (page, next) = super::page::cut(items, start, usize::try_from(size).unwrap_or(100), &bound);
    Ok(json!({list: page, "IsTruncated": next.is_some(), "Marker": next}))
}
