//! The one place that turns an SDK error into a [`Fault`]: its kind, what was
//! asked, the request id, and what to do next. Nothing else may name `SdkError`
//! in a signature.

use std::error::Error;
use std::fmt::Write as _;
use std::io;

use aws_credential_types::provider::error::{CredentialsError, TokenError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

use crate::domain::fault::{Fault, FaultKind};

#[cfg(test)]
mod tests;

/// Where requests come from and go to, as far as a hint has to say it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The profile whose credentials sign, none for the default chain.
    pub profile: Option<String>,
    /// The Region that is asked.
    pub region: String,
    /// The endpoint that was put in the place of AWS's own, where one was.
    pub endpoint: Option<String>,
}

impl Origin {
    /// The fault that an SDK error is. `operation` is written as IAM writes it,
    /// e.g. `ec2:DescribeInstances`.
    pub fn fault<E>(&self, operation: &str, error: &SdkError<E, HttpResponse>) -> Fault
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let request_id = error.request_id().map(str::to_owned);
        let mut fault = match error {
            SdkError::ServiceError(context) => match context.err().code() {
                Some(code) => {
                    let status = context.raw().status().as_u16();
                    self.coded(operation, code, context.err().message().unwrap_or_default(), status)
                }
                None => self.unparsable(operation, context.raw(), context.err()),
            },
            SdkError::ResponseError(context) => self.unparsable(operation, context.raw(), error),
            SdkError::TimeoutError(_) => self.timeout(operation),
            SdkError::DispatchFailure(context) if context.is_timeout() => self.timeout(operation),
            other => self.unsent(operation, other),
        };
        fault.request_id = request_id;
        fault
    }

    /// A fault of an answer that carried a code.
    fn coded(&self, operation: &str, code: &str, message: &str, status: u16) -> Fault {
        let kind = kind_of(code, status);
        let mut fault = Fault::new(kind, operation, message).with_hint(self.hint(kind, code, message, operation));
        code.clone_into(&mut fault.code);
        fault
    }

    /// A fault of an answer that is not what the service's model says: a proxy's
    /// page, an emulator without the operation, a cut body.
    fn unparsable(&self, operation: &str, answer: &HttpResponse, error: &(dyn Error + 'static)) -> Fault {
        let status = answer.status().as_u16();
        let kind = if matches!(status, 502..=504) { FaultKind::Service } else { FaultKind::Malformed };
        let content = answer.headers().get("content-type").unwrap_or("no content type");
        let mut message = format!("HTTP {status}, {content}");
        if let Some(start) = answer.body().bytes().map(|body| opening(body, 120)).filter(|text| !text.is_empty()) {
            let _ = write!(message, ": {start}");
        } else {
            let _ = write!(message, ": {}", chain(error));
        }
        let hint = match &self.endpoint {
            Some(endpoint) => format!("{endpoint} does not answer {operation} as AWS does: check --endpoint-url"),
            None => "a proxy or firewall may have answered in AWS's place: check HTTPS_PROXY".into(),
        };
        Fault::new(kind, operation, message).with_hint(hint)
    }

    fn timeout(&self, operation: &str) -> Fault {
        Fault::new(FaultKind::Timeout, operation, format!("no answer from {}", self.place()))
            .with_hint("check the network, the proxy and the Region; it is tried again")
    }

    /// A fault of a request that never left, or found nobody.
    fn unsent(&self, operation: &str, error: &(dyn Error + 'static)) -> Fault {
        let links: Vec<&(dyn Error + 'static)> = links(error).collect();
        if let Some(credentials) = links.iter().find_map(|link| link.downcast_ref::<CredentialsError>()) {
            return self.credentials(operation, credentials);
        }
        if let Some(token) = links.iter().find_map(|link| link.downcast_ref::<TokenError>()) {
            return Fault::new(FaultKind::Expired, operation, chain(token)).with_hint(self.sign_in());
        }
        let text = chain(error);
        let refused = links
            .iter()
            .filter_map(|link| link.downcast_ref::<io::Error>())
            .any(|cause| cause.kind() == io::ErrorKind::ConnectionRefused);
        let hint = if refused || text.contains("Connection refused") {
            match &self.endpoint {
                Some(endpoint) => format!("nothing listens at {endpoint}: check --endpoint-url and AWS_ENDPOINT_URL"),
                None => "the connection was refused: check the proxy and the firewall".into(),
            }
        } else if text.contains("dns error") || text.contains("lookup address") {
            format!("no name found for {}: check the Region, DNS and the network", self.place())
        } else if text.contains("certificate") || text.contains("UnknownIssuer") {
            "the certificate is not trusted: check for a proxy that inspects TLS, and the system's certificates".into()
        } else if text.to_ascii_lowercase().contains("region") {
            "name a Region: --region, AWS_REGION or `region` in the profile".into()
        } else {
            "check the network and the proxy; it is tried again".into()
        };
        Fault::new(FaultKind::Network, operation, text).with_hint(hint)
    }

    fn credentials(&self, operation: &str, error: &CredentialsError) -> Fault {
        let text = chain(error);
        let lower = text.to_ascii_lowercase();
        let stale = ["expired", "sso", "login", "sign in", "token"].iter().any(|word| lower.contains(word));
        match error {
            CredentialsError::CredentialsNotLoaded(_) if !stale || self.profile.is_none() => {
                Fault::new(FaultKind::Credentials, operation, "no credentials were found")
                    .with_hint(self.any_credentials())
            }
            CredentialsError::InvalidConfiguration(_) => Fault::new(FaultKind::Credentials, operation, text)
                .with_hint("correct ~/.aws/config or ~/.aws/credentials".to_owned() + &self.of_profile()),
            _ if stale => Fault::new(FaultKind::Expired, operation, text).with_hint(self.sign_in()),
            CredentialsError::ProviderTimedOut(_) => Fault::new(FaultKind::Timeout, operation, text)
                .with_hint("the source of the credentials did not answer: check the network and the profile"),
            _ => Fault::new(FaultKind::Credentials, operation, text).with_hint(self.any_credentials()),
        }
    }

    fn hint(&self, kind: FaultKind, code: &str, message: &str, operation: &str) -> String {
        // "Signature expired: … is now earlier than …", "Signature not yet current: …".
        let by_the_clock = message.contains("Signature expired") || message.contains("not yet current");
        match kind {
            FaultKind::Expired | FaultKind::Credentials if by_the_clock || code == "RequestExpired" => {
                "the request's time is too far from AWS's: set this machine's clock right".into()
            }
            FaultKind::Denied if message.contains("explicit deny") => {
                format!("a policy denies {operation} outright: ask for a role without that deny")
            }
            FaultKind::Denied => format!("ask for a role that allows {operation}"),
            FaultKind::Expired => self.sign_in(),
            FaultKind::Credentials if code == "SignatureDoesNotMatch" => {
                "the secret key is wrong, or this machine's clock is".into()
            }
            FaultKind::Credentials if code == "OptInRequired" => {
                format!("the account has not enabled this service or {}", self.region)
            }
            FaultKind::Credentials => format!(
                "the key is wrong or switched off, or {} is not enabled for the account: run `aws sts get-caller-identity{}`",
                self.region,
                self.flag()
            ),
            FaultKind::Throttled => "others ask this account too; it slows down and goes on".into(),
            FaultKind::Service => "AWS failed on its side; it is tried again".into(),
            FaultKind::NotFound => "it is gone, or so new that EC2 does not show it yet".into(),
            _ => String::new(),
        }
    }

    /// What to do for new credentials.
    fn sign_in(&self) -> String {
        format!("run `aws sso login{0}` or `aws login{0}`, or renew the keys; it goes on by itself then", self.flag())
    }

    fn any_credentials(&self) -> String {
        match &self.profile {
            Some(profile) => format!("give the profile {profile} credentials, or run `aws sso login --profile {profile}`"),
            None => "name a profile with --profile, run `aws login`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; `stanch demo` needs none".into(),
        }
    }

    fn of_profile(&self) -> String {
        self.profile.as_ref().map(|profile| format!(" (profile {profile})")).unwrap_or_default()
    }

    fn flag(&self) -> String {
        self.profile.as_ref().map(|profile| format!(" --profile {profile}")).unwrap_or_default()
    }

    fn place(&self) -> &str {
        self.endpoint.as_deref().unwrap_or(&self.region)
    }
}

/// The kind that AWS's error code tells; where it tells nothing, the HTTP
/// status decides. Sources: EC2 API reference, "Error codes"; Smithy's retry
/// specification (throttling codes); CloudTrail and IAM API references.
pub fn kind_of(code: &str, status: u16) -> FaultKind {
    use FaultKind as K;
    let code = code.strip_prefix("Client.").or_else(|| code.strip_prefix("Server.")).unwrap_or(code);
    let by_name = match code {
        "DryRunOperation" => Some(K::DryRun),
        "RequestLimitExceeded"
        | "SlowDown"
        | "PriorRequestNotComplete"
        | "BandwidthLimitExceeded"
        | "TransactionInProgressException" => Some(K::Throttled),
        "ExpiredToken"
        | "ExpiredTokenException"
        | "RequestExpired"
        | "TokenRefreshRequired"
        | "UnauthorizedException" => Some(K::Expired),
        "AuthFailure"
        | "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "SignatureDoesNotMatch"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "IncompleteSignature"
        | "InvalidSignatureException"
        | "InvalidAccessKeyId"
        | "OptInRequired"
        | "Blocked"
        | "PendingVerification" => Some(K::Credentials),
        "UnauthorizedOperation"
        | "AccessDenied"
        | "AccessDeniedException"
        | "NotAuthorized"
        | "AuthorizationError"
        | "UnauthorizedAccess" => Some(K::Denied),
        "NoSuchEntity" | "NoSuchEntityException" | "NoSuchBucket" | "NoSuchKey" => Some(K::NotFound),
        "IncorrectInstanceState"
        | "IncorrectState"
        | "IncorrectStateException"
        | "OperationNotPermitted"
        | "DependencyViolation"
        | "InvalidStateTransition"
        | "DeleteConflict"
        | "ScalingActivityInProgress"
        | "ResourceInUse"
        | "ResourceContention"
        | "VolumeInUse" => Some(K::WrongState),
        "InsufficientInstanceCapacity"
        | "InternalError"
        | "InternalFailure"
        | "InternalServiceError"
        | "InternalServiceErrorException"
        | "ServiceUnavailable"
        | "ServiceUnavailableException"
        | "Unavailable" => Some(K::Service),
        _ => None,
    };
    by_name.unwrap_or_else(|| by_shape(code, status))
}

/// The kind of a code that is not known by name, by its parts.
fn by_shape(code: &str, status: u16) -> FaultKind {
    use FaultKind as K;
    let ends = |tails: &[&str]| tails.iter().any(|tail| code.ends_with(tail));
    if code.contains("Throttl") || code.starts_with("TooManyRequests") {
        K::Throttled
    } else if code.contains("AccessDenied") || code.contains("Unauthorized") {
        K::Denied
    } else if ends(&[".NotFound", "NotFoundException", "NotFound", ".Unknown"]) {
        K::NotFound
    } else if ends(&[
        ".InUse",
        ".Duplicate",
        "InUseException",
        "ConflictException",
        "AlreadyExistsException",
        ".IncorrectState",
    ]) {
        K::WrongState
    } else if status >= 500 {
        K::Service
    } else {
        K::Invalid
    }
}

/// An error and what caused it, outermost first.
fn links<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}

/// The causes of an error in one line. The outermost words of the SDK
/// ("dispatch failure") say nothing to a reader, so they go where more is known.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut words: Vec<String> = Vec::new();
    for link in links(error) {
        let word = link.to_string();
        if !word.is_empty() && !words.iter().any(|known| known.contains(&word)) {
            words.push(word);
        }
    }
    if words.len() > 1
        && ["dispatch failure", "response error", "service error", "failed to construct request"]
            .contains(&words[0].as_str())
    {
        words.remove(0);
    }
    words.join(": ")
}

/// The first characters of a body, in one line and without markup.
fn opening(body: &[u8], most: usize) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(4096)]);
    let mut out = String::new();
    let mut tag = false;
    for c in text.chars() {
        match c {
            '<' => tag = true,
            '>' => {
                tag = false;
                out.push(' ');
            }
            _ if tag => {}
            c => out.push(c),
        }
    }
    let line = out.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(most).collect()
}
