//! From a request to its answer: limits, the caller's policies, the service, the
//! record. One place for all services; each adds its own file.

use super::account::Account;
use super::call::Call;
use super::faults::{self, Effect, Hit};
use super::policy::{Ask, Decision};
use super::scenario::spec::PrincipalKind;
use super::service::{Done, Need, Refusal, Request, Traits};
use super::wire::{Protocol, Service, Unreadable, answer};
use super::{balancing, cloudtrail, ec2, iam, scaling, sts};
use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::Value;

/// Under which conditions a request is served.
#[derive(Clone, Copy, Debug)]
pub struct Conditions {
    /// Whether it counts against the limits.
    limited: bool,
    /// What a fault does to it.
    effect: Option<Effect>,
}

impl Conditions {
    /// A client's request, with the faults that hit it.
    pub fn of(hit: &Hit) -> Conditions {
        Conditions { limited: true, effect: hit.effect }
    }

    /// A step of the scenario: neither limited nor faulty.
    pub fn exempt() -> Conditions {
        Conditions { limited: false, effect: None }
    }
}

/// Serves a request and records it.
pub fn serve(account: &mut Account, request: &Request, conditions: Conditions) -> Response<Bytes> {
    let id = account.request_id();
    match carry_out(account, request, conditions, &id) {
        Ok(done) => answer::success(request.service, &request.action, &done.answer, &id),
        Err(refusal) => answer::refusal(request.service, &refusal, &id),
    }
}

/// Carries out a request and records it, without writing an answer.
///
/// # Errors
/// What the service refuses.
pub fn carry_out(account: &mut Account, request: &Request, conditions: Conditions, id: &str) -> Result<Done, Refusal> {
    // IAM is the same in every Region, whether it is enabled or not.
    if request.service != Service::Iam && !account.ec2.contains_key(&request.region) {
        return Err(stranger(request.service));
    }
    // Nor is a call with a key that is switched off told by CloudTrail.
    if account.directory.is_off(&request.principal) {
        return Err(stranger(request.service));
    }
    let traits = traits(account, request).ok_or_else(|| unknown_action(request))?;
    let outcome = admit(account, request, &traits, conditions).and_then(|()| act(account, request, conditions));
    let call = Call {
        time: request.now,
        source: request.service.source(),
        name: request.action.clone(),
        region: request.region.clone(),
        principal: request.principal.clone(),
        ip: request.ip.clone(),
        agent: request.agent.clone(),
        request_parameters: traits.recorded,
        response_elements: match &outcome {
            Ok(done) => with_request_id(request.service, &done.recorded, id),
            Err(_) => Value::Null,
        },
        error: outcome.as_ref().err().map(|refusal| recorded_error(request.service, refusal)),
        read_only: traits.read_only,
        request_id: id.to_owned(),
        api_version: (request.service == Service::Balancing).then(|| "2015-12-01".to_owned()),
        ..Call::default()
    };
    // Requests with bad credentials are nobody's: CloudTrail does not tell of them.
    if conditions.effect != Some(Effect::Expire) {
        account.record(call);
    }
    outcome
}

/// The answer to a request that is not understood.
pub fn unreadable(unreadable: &Unreadable, account: &mut Account) -> Response<Bytes> {
    let id = account.request_id();
    match unreadable {
        Unreadable::Unsigned(service) => {
            let text = "Request is missing Authentication Token";
            let refusal = match service.protocol() {
                Protocol::Ec2 => stranger(*service),
                Protocol::Query => Refusal::new("MissingAuthenticationToken", text).status(403),
                Protocol::Json => Refusal::new("MissingAuthenticationTokenException", text),
            };
            answer::refusal(*service, &refusal, &id)
        }
        Unreadable::Body(service) => {
            answer::refusal(*service, &Refusal::new("SerializationException", "The request cannot be read"), &id)
        }
        Unreadable::Service(name) => {
            let mut response = Response::new(Bytes::from(format!(
                "the simulated account offers {}; this request is for '{name}'\n",
                Service::OFFERED
            )));
            *response.status_mut() = StatusCode::NOT_IMPLEMENTED;
            response
        }
    }
}

fn traits(account: &Account, request: &Request) -> Option<Traits> {
    match request.service {
        Service::Ec2 => ec2::traits(account, request),
        Service::Sts => sts::traits(request),
        Service::Iam => iam::traits(account, request),
        Service::Scaling => scaling::traits(account, request),
        Service::Balancing => balancing::traits(account, request),
        Service::CloudTrail => cloudtrail::ACTIONS.contains(&request.action.as_str()).then(|| trail_traits(request)),
    }
}

fn act(account: &mut Account, request: &Request, conditions: Conditions) -> Result<Done, Refusal> {
    match request.service {
        Service::Ec2 => ec2::act(account, request),
        Service::Sts => sts::act(request),
        Service::Iam => iam::act(account, request),
        Service::Scaling => scaling::act(account, request),
        Service::Balancing => balancing::act(account, request),
        Service::CloudTrail => {
            let query = cloudtrail::Query {
                action: &request.action,
                body: &request.params,
                region: &request.region,
                now: request.now,
                account: &account.spec.id,
            };
            let mut free = cloudtrail::Pace::new();
            let pace = if conditions.limited { &mut account.pace } else { &mut free };
            let answer = cloudtrail::handle(&account.recorder, &mut account.trails, pace, &query)
                .map_err(|refusal| Refusal::new(refusal.code, refusal.message).status(refusal.status))?;
            Ok(Done { answer, recorded: Value::Null })
        }
    }
}

fn trail_traits(request: &Request) -> Traits {
    let read_only = cloudtrail::is_read(&request.action);
    let mut need = Need::of(request);
    if let Some(name) = request.params["Name"].as_str() {
        need.resource = if name.starts_with("arn:") {
            name.to_owned()
        } else {
            format!("arn:aws:cloudtrail:{}:{}:trail/{name}", request.region, request.principal.account)
        };
    }
    let recorded = cloudtrail::recorded_parameters(&request.params);
    Traits { read_only, limit: None, needs: vec![need], recorded }
}

/// Whether the request may be carried out at all.
fn admit(account: &mut Account, request: &Request, traits: &Traits, conditions: Conditions) -> Result<(), Refusal> {
    match conditions.effect {
        Some(Effect::Expire) => return Err(faults::expired(request.service)),
        Some(Effect::Throttle) => return Err(faults::throttled(request.service)),
        Some(Effect::Internal) => return Err(faults::internal(request.service)),
        Some(Effect::Deny) => {
            let need = traits.needs.first().cloned().unwrap_or_else(|| Need::of(request));
            return Err(denied(account, request, &need, Decision::ExplicitDeny));
        }
        _ => {}
    }
    if let Some(limit) = traits.limit
        && conditions.limited
        && !account.limits.take(&request.region, limit, request.now)
    {
        return Err(faults::throttled(request.service));
    }
    let common = common_context(request);
    for need in &traits.needs {
        let context: Vec<_> = common.iter().chain(&need.context).cloned().collect();
        let ask = Ask { action: &need.action, resource: &need.resource, context: &context };
        let decision = request.principal.allows(&ask);
        if !decision.allowed() {
            return Err(denied(account, request, need, decision));
        }
    }
    Ok(())
}

/// The condition keys that every request has.
fn common_context(request: &Request) -> Vec<(String, Vec<String>)> {
    let who = &request.principal;
    let mut context = vec![
        ("aws:PrincipalArn", who.issuer_arn()),
        ("aws:PrincipalAccount", who.account.clone()),
        ("aws:userid", who.user_id()),
        ("aws:RequestedRegion", request.region.clone()),
        ("aws:SourceIp", request.ip.clone()),
        ("aws:CurrentTime", request.now.to_string()),
        ("aws:SecureTransport", "true".to_owned()),
        ("aws:UserAgent", request.agent.clone()),
    ];
    match who.kind {
        PrincipalKind::User => context.push(("aws:username", who.name.clone())),
        PrincipalKind::AssumedRole => {
            context.push(("aws:TokenIssueTime", who.created.to_string()));
            context.push(("aws:MultiFactorAuthPresent", who.mfa.to_string()));
        }
        _ => {}
    }
    context.into_iter().map(|(key, value)| (key.to_owned(), vec![value])).collect()
}

fn denied(account: &mut Account, request: &Request, need: &Need, decision: Decision) -> Refusal {
    let because = match decision {
        Decision::ExplicitDeny => "with an explicit deny in an identity-based policy".to_owned(),
        _ => format!("because no identity-based policy allows the {} action", need.action),
    };
    let on = match need.resource.as_str() {
        "*" => String::new(),
        resource => format!(" on resource: {resource}"),
    };
    let text = format!("User: {} is not authorized to perform: {}{on} {because}", request.principal.arn(), need.action);
    match request.service.protocol() {
        Protocol::Ec2 => {
            let token = super::dice::Dice::new(0, &account.request_id())
                .letters(160, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
            let message = format!(
                "You are not authorized to perform this operation. {text}. Encoded authorization failure message: {token}"
            );
            Refusal::new("UnauthorizedOperation", message).status(403)
        }
        Protocol::Query => Refusal::new("AccessDenied", text).status(403),
        Protocol::Json => Refusal::new("AccessDeniedException", text),
    }
}

/// The refusal of credentials that the Region does not know.
fn stranger(service: Service) -> Refusal {
    match service.protocol() {
        Protocol::Ec2 => {
            Refusal::new("AuthFailure", "AWS was not able to validate the provided access credentials").status(401)
        }
        Protocol::Query => {
            Refusal::new("InvalidClientTokenId", "The security token included in the request is invalid").status(403)
        }
        Protocol::Json => {
            Refusal::new("UnrecognizedClientException", "The security token included in the request is invalid.")
        }
    }
}

fn unknown_action(request: &Request) -> Refusal {
    match request.service.protocol() {
        Protocol::Json => Refusal::new("UnknownOperationException", ""),
        _ => Refusal::new("InvalidAction", format!("The action {} is not valid for this web service.", request.action)),
    }
}

/// How CloudTrail writes a refusal.
fn recorded_error(service: Service, refusal: &Refusal) -> (String, String) {
    let code = match (service, refusal.code.as_str()) {
        // A request that came too often is the client's own fault, though it is answered 503.
        (Service::Ec2, code) if refusal.status == 500 => format!("Server.{code}"),
        (Service::Ec2, code) => format!("Client.{code}"),
        (_, "AccessDeniedException") => "AccessDenied".to_owned(),
        (_, code) => code.to_owned(),
    };
    (code, refusal.message.clone())
}

/// EC2 writes the request's id into the recorded answer too.
fn with_request_id(service: Service, recorded: &Value, id: &str) -> Value {
    let (Service::Ec2, Value::Object(fields)) = (service, recorded) else { return recorded.clone() };
    let mut written = serde_json::Map::new();
    match fields.iter().next() {
        // Newer actions have their answer's name around it.
        Some((name, Value::Object(inner))) if fields.len() == 1 && name.ends_with("Response") => {
            let mut inner = inner.clone();
            inner.insert("requestId".to_owned(), id.into());
            written.insert(name.clone(), Value::Object(inner));
        }
        _ => {
            written.insert("requestId".to_owned(), id.into());
            written.extend(fields.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
    }
    Value::Object(written)
}
