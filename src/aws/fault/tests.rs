use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::body::SdkBody;

use super::{Origin, kind_of};
use crate::domain::fault::FaultKind as K;

type Lookup = SdkError<aws_sdk_cloudtrail::operation::lookup_events::LookupEventsError, HttpResponse>;

fn origin() -> Origin {
    Origin { profile: Some("prod".into()), region: "eu-west-1".into(), endpoint: None }
}

fn answer(status: u16, body: &str) -> HttpResponse {
    let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
    response.headers_mut().insert("x-amzn-requestid", "req-1");
    response.headers_mut().insert("content-type", "text/html");
    response
}

#[test]
fn a_code_tells_the_kind_of_fault() {
    for (code, status, kind) in [
        ("UnauthorizedOperation", 403, K::Denied),
        ("Client.UnauthorizedOperation", 403, K::Denied),
        ("AccessDeniedException", 400, K::Denied),
        ("DryRunOperation", 412, K::DryRun),
        ("ThrottlingException", 400, K::Throttled),
        ("RequestLimitExceeded", 503, K::Throttled),
        ("Throttling", 400, K::Throttled),
        ("ExpiredToken", 400, K::Expired),
        ("ExpiredTokenException", 400, K::Expired),
        ("RequestExpired", 400, K::Expired),
        ("AuthFailure", 401, K::Credentials),
        ("UnrecognizedClientException", 400, K::Credentials),
        ("InvalidInstanceID.NotFound", 400, K::NotFound),
        ("InvalidGroup.NotFound", 400, K::NotFound),
        ("NoSuchEntity", 404, K::NotFound),
        ("TrailNotFoundException", 400, K::NotFound),
        ("IncorrectInstanceState", 400, K::WrongState),
        ("InvalidGroup.InUse", 400, K::WrongState),
        ("InvalidPermission.Duplicate", 400, K::WrongState),
        ("InvalidInstanceID.Malformed", 400, K::Invalid),
        ("InvalidLookupAttributesException", 400, K::Invalid),
        ("UnsupportedOperation", 400, K::Invalid),
        ("InternalError", 500, K::Service),
        ("SomethingNew", 500, K::Service),
        ("SomethingNew", 400, K::Invalid),
    ] {
        assert_eq!(kind_of(code, status), kind, "{code}");
    }
}

#[test]
fn an_unparsable_answer_says_what_came_and_from_where() {
    let page = "<!doctype html>\n<title>500 Internal Server Error</title><h1>Internal Server Error</h1>";
    let error = Lookup::response_error("expected value at line 1", answer(500, page));
    let here = Origin { endpoint: Some("http://127.0.0.1:5000".into()), ..origin() };
    let fault = here.fault("cloudtrail:LookupEvents", &error);
    assert_eq!(fault.kind, K::Malformed);
    assert!(fault.message.contains("HTTP 500, text/html: 500 Internal Server Error"), "{}", fault.message);
    assert!(fault.hint.contains("http://127.0.0.1:5000"), "{}", fault.hint);
    assert_eq!(fault.request_id.as_deref(), Some("req-1"));
    assert_eq!(origin().fault("x:Y", &Lookup::response_error("cut", answer(503, ""))).kind, K::Service);
}

#[test]
fn a_refused_connection_names_the_endpoint() {
    let refused = std::io::Error::new(std::io::ErrorKind::ConnectionRefused, "Connection refused");
    let error = Lookup::dispatch_failure(ConnectorError::io(refused.into()));
    let here = Origin { endpoint: Some("http://127.0.0.1:1".into()), ..origin() };
    let fault = here.fault("cloudtrail:LookupEvents", &error);
    assert_eq!(fault.kind, K::Network);
    assert!(fault.hint.contains("nothing listens at http://127.0.0.1:1"), "{}", fault.hint);
    assert!(fault.is_transient());
}

#[test]
fn a_timeout_is_no_network_fault() {
    let error = Lookup::timeout_error("20 s");
    assert_eq!(origin().fault("cloudtrail:LookupEvents", &error).kind, K::Timeout);
    let error = Lookup::dispatch_failure(ConnectorError::timeout("3.1 s".into()));
    assert_eq!(origin().fault("cloudtrail:LookupEvents", &error).kind, K::Timeout);
}

mod credentials {
    use aws_credential_types::provider::error::CredentialsError;

    use super::{ConnectorError, K, Lookup, Origin, origin};

    fn fault(origin: &Origin, error: CredentialsError) -> crate::domain::fault::Fault {
        let error = Lookup::dispatch_failure(ConnectorError::other(error.into(), None));
        origin.fault("sts:GetCallerIdentity", &error)
    }

    #[test]
    fn none_at_all_says_where_they_may_come_from() {
        let nobody = Origin { profile: None, ..origin() };
        let fault = fault(&nobody, CredentialsError::not_loaded("no providers in chain provided credentials"));
        assert_eq!(fault.kind, K::Credentials);
        assert!(fault.hint.contains("--profile") && fault.hint.contains("stanch demo"), "{}", fault.hint);
    }

    #[test]
    fn an_expired_sign_in_says_which_command_renews_it() {
        let fault = fault(&origin(), CredentialsError::provider_error("the SSO token has expired"));
        assert_eq!(fault.kind, K::Expired);
        assert!(fault.hint.contains("aws sso login --profile prod"), "{}", fault.hint);
    }

    #[test]
    fn a_broken_profile_says_which_file_to_correct() {
        let fault = fault(&origin(), CredentialsError::invalid_configuration("role_arn without source_profile"));
        assert_eq!(fault.kind, K::Credentials);
        assert!(fault.message.contains("role_arn without source_profile"), "{}", fault.message);
        assert!(fault.hint.contains("~/.aws/config") && fault.hint.contains("prod"), "{}", fault.hint);
    }
}
