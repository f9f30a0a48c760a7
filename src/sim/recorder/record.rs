//! One call as the record that CloudTrail writes: its fields, in its order.

use serde_json::{Map, Value, json};

use super::super::call::{Call, CallKind};
use super::super::principal::Principal;
use super::super::scenario::spec::PrincipalKind;

/// The record as JSON text.
pub fn write(call: &Call, account: &str, region: &str, id: &str) -> String {
    let mut record = Map::new();
    let mut put = |key: &str, value: Value| record.insert(key.to_owned(), value);
    put("eventVersion", version(&call.source).into());
    put("userIdentity", identity(call, account));
    put("eventTime", instant(call.time));
    put("eventSource", call.source.clone().into());
    put("eventName", call.name.clone().into());
    put("awsRegion", region.into());
    put("sourceIPAddress", call.ip.clone().into());
    put("userAgent", call.agent.clone().into());
    if let Some((code, message)) = &call.error {
        put("errorCode", code.clone().into());
        if !message.is_empty() {
            put("errorMessage", message.clone().into());
        }
    }
    put("requestParameters", call.request_parameters.clone());
    put("responseElements", call.response_elements.clone());
    if !call.additional.is_null() {
        put("additionalEventData", call.additional.clone());
    }
    if call.kind == CallKind::Api {
        put("requestID", call.request_id.clone().into());
    }
    put("eventID", id.into());
    put("readOnly", call.read_only.into());
    if !call.arn_resources.is_empty() {
        put("resources", arns(call, account));
    }
    let kind = match &call.kind {
        CallKind::Api => "AwsApiCall",
        CallKind::ConsoleSignIn => "AwsConsoleSignIn",
        CallKind::Service(_) => "AwsServiceEvent",
    };
    put("eventType", kind.into());
    if let Some(version) = &call.api_version {
        put("apiVersion", version.clone().into());
    }
    put("managementEvent", true.into());
    put("recipientAccountId", account.into());
    if let CallKind::Service(details) = &call.kind {
        put("serviceEventDetails", details.clone());
    }
    put("eventCategory", "Management".into());
    // Calls that AWS makes on someone's behalf are not made over the public endpoint.
    let outside = call.ip.parse::<std::net::IpAddr>().is_ok() && call.agent != "AWS Internal";
    if outside {
        put(
            "tlsDetails",
            json!({
                "tlsVersion": "TLSv1.3",
                "cipherSuite": "TLS_AES_128_GCM_SHA256",
                "clientProvidedHostHeader": host(call, region),
            }),
        );
    }
    if call.from_console {
        put("sessionCredentialFromConsole", "true".into());
    }
    Value::Object(record).to_string()
}

/// The version of the record format that a service writes at present.
fn version(source: &str) -> &'static str {
    match source {
        "ec2.amazonaws.com" | "iam.amazonaws.com" | "sts.amazonaws.com" => "1.10",
        "cloudtrail.amazonaws.com" | "s3.amazonaws.com" | "kms.amazonaws.com" | "ssm.amazonaws.com" => "1.11",
        _ => "1.09",
    }
}

fn host(call: &Call, region: &str) -> String {
    if let Some(host) = &call.endpoint_host {
        return host.clone();
    }
    let service = call.source.strip_suffix(".amazonaws.com").unwrap_or(&call.source);
    match service {
        "iam" => "iam.amazonaws.com".to_owned(),
        "signin" => format!("{}.signin.aws.amazon.com", call.region),
        _ => format!("{service}.{region}.amazonaws.com"),
    }
}

fn instant(time: jiff::Timestamp) -> Value {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into()
}

fn arns(call: &Call, account: &str) -> Value {
    call.arn_resources
        .iter()
        .map(|(kind, arn)| {
            if kind.is_empty() {
                json!({ "accountId": account, "ARN": arn })
            } else {
                json!({ "accountId": account, "type": kind, "ARN": arn })
            }
        })
        .collect()
}

fn identity(call: &Call, account: &str) -> Value {
    let principal = &call.principal;
    if matches!(call.kind, CallKind::Service(_)) {
        return json!({ "accountId": account, "invokedBy": principal.name });
    }
    let mut identity = Map::new();
    let mut put = |key: &str, value: Value| identity.insert(key.to_owned(), value);
    match principal.kind {
        PrincipalKind::Service => {
            put("type", "AWSService".into());
            put("invokedBy", principal.name.clone().into());
        }
        PrincipalKind::Account => {
            put("type", "AWSAccount".into());
            put("principalId", principal.unique_id.clone().into());
            put("accountId", principal.name.clone().into());
        }
        PrincipalKind::Root => {
            put("type", "Root".into());
            put("principalId", principal.account.clone().into());
            common(&mut put, principal);
            if temporary(principal) {
                put("sessionContext", json!({ "attributes": attributes(principal) }));
            }
        }
        PrincipalKind::User => {
            put("type", "IAMUser".into());
            put("principalId", principal.unique_id.clone().into());
            common(&mut put, principal);
            put("userName", principal.name.clone().into());
            if temporary(principal) {
                put("sessionContext", json!({ "attributes": attributes(principal) }));
            }
        }
        PrincipalKind::AssumedRole => {
            let session = principal.session.as_deref().unwrap_or_default();
            put("type", "AssumedRole".into());
            put("principalId", format!("{}:{session}", principal.unique_id).into());
            common(&mut put, principal);
            put("sessionContext", role_session(principal, session));
        }
    }
    if let Some(service) = &principal.invoked_by {
        put("invokedBy", service.clone().into());
    }
    Value::Object(identity)
}

fn common(put: &mut impl FnMut(&str, Value) -> Option<Value>, principal: &Principal) {
    put("arn", principal.arn().into());
    put("accountId", principal.account.clone().into());
    if !principal.access_key_id.is_empty() {
        put("accessKeyId", principal.access_key_id.clone().into());
    }
}

fn temporary(principal: &Principal) -> bool {
    principal.access_key_id.starts_with("ASIA")
}

fn attributes(principal: &Principal) -> Value {
    json!({
        "creationDate": instant(principal.created),
        "mfaAuthenticated": if principal.mfa { "true" } else { "false" },
    })
}

fn role_session(principal: &Principal, session: &str) -> Value {
    let path = if principal.path.is_empty() { "/" } else { &principal.path };
    let mut context = json!({
        "sessionIssuer": {
            "type": "Role",
            "principalId": principal.unique_id,
            "arn": format!("arn:aws:iam::{}:role{path}{}", principal.account, principal.name),
            "accountId": principal.account,
            "userName": principal.name,
        },
        "webIdFederationData": {},
        "attributes": attributes(principal),
    });
    // A session that an instance got from its metadata service, version 2.
    if session.starts_with("i-") {
        context["ec2RoleDelivery"] = "2.0".into();
    }
    context
}
