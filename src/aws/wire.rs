//! Recorded wire answers in the place of the network, for the tests of the adaptors.

#![expect(clippy::unnecessary_wraps, reason = "every reply is of one type, the refused connection among them")]

use std::fmt;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;

use super::connect::Options;
use crate::port::Ports;

/// What a test sees of a request.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The host, which carries service and Region.
    pub host: String,
    /// The user agent.
    pub agent: String,
    /// The operation: the Query protocol's `Action`, or the last part of `X-Amz-Target`.
    pub action: String,
    /// The body, form-encoded or JSON.
    pub body: String,
}

impl Asked {
    /// The decoded value of a parameter of a Query request.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let value = self.body.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
        Some(value.replace("%3A", ":").replace("%2F", "/"))
    }
}

/// An answer: HTTP status, content type and body; or none, for a refused connection.
pub type Reply = Option<(u16, &'static str, String)>;

/// Answers each request by a function and remembers what was asked.
#[derive(Clone)]
pub struct Wire {
    answer: Arc<dyn Fn(&Asked) -> Reply + Send + Sync>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Wire {
    pub fn new(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        Self { answer: Arc::new(answer), asked: Arc::default() }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Connects through the wire, and gives the ports of the first Scope.
    pub async fn ports(&self, region: &str) -> Ports {
        let options = Options { stand_in: Some(self.client()), regions: vec![region.into()], ..Options::default() };
        super::connect::connect(&options).await.unwrap().ports.remove(0)
    }

    /// The configuration of clients that ask the wire, once and no more.
    pub fn config(&self, region: &str) -> SdkConfig {
        let base = super::connect::simulated(Some(region.to_owned()), &self.client());
        base.to_builder().retry_config(RetryConfig::standard().with_max_attempts(1)).build()
    }

    pub fn client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl HttpClient for Wire {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let header = |name: &str| request.headers().get(name).unwrap_or_default().to_owned();
        let body = String::from_utf8(request.body().bytes().unwrap_or_default().to_vec()).unwrap();
        let target = header("x-amz-target");
        let action = match target.rsplit('.').next() {
            Some(action) if !action.is_empty() => action.to_owned(),
            _ => body.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default().to_owned(),
        };
        let host = request.uri().split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let asked = Asked { host: host.to_owned(), agent: header("user-agent"), action, body };
        let reply = identity(&asked).or_else(|| (self.answer)(&asked));
        self.asked.lock().unwrap().push(asked);
        HttpConnectorFuture::ready(match reply {
            Some((status, content, body)) => {
                let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
                response.headers_mut().insert("content-type", content);
                response.headers_mut().insert("x-amzn-requestid", "req-1");
                Ok(response)
            }
            None => Err(ConnectorError::io(std::io::Error::from(std::io::ErrorKind::ConnectionRefused).into())),
        })
    }
}

/// An answer of a Query service.
pub fn xml(body: &str) -> Reply {
    Some((200, "text/xml;charset=UTF-8", body.to_owned()))
}

/// EC2's error envelope.
pub fn ec2_error(status: u16, code: &str, message: &str) -> Reply {
    let body = format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
         <RequestID>req-1</RequestID></Response>"
    );
    Some((status, "text/xml;charset=UTF-8", body))
}

/// The error envelope of the other Query services.
pub fn query_error(status: u16, code: &str, message: &str) -> Reply {
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <RequestId>req-1</RequestId></ErrorResponse>"
    );
    Some((status, "text/xml", body))
}

/// An answer of an awsJson service.
pub fn json(status: u16, body: &str) -> Reply {
    Some((status, "application/x-amz-json-1.1", body.to_owned()))
}

/// Who the credentials are, as STS and IAM answer.
fn identity(asked: &Asked) -> Reply {
    match asked.action.as_str() {
        "GetCallerIdentity" => xml(
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
             <Arn>arn:aws:sts::123456789012:assumed-role/OnCall/alice</Arn><UserId>AROAX:alice</UserId>\
             <Account>123456789012</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId>\
             </ResponseMetadata></GetCallerIdentityResponse>",
        ),
        "ListAccountAliases" => xml(
            "<ListAccountAliasesResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><ListAccountAliasesResult>\
             <IsTruncated>false</IsTruncated><AccountAliases><member>prod-eu</member></AccountAliases>\
             </ListAccountAliasesResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>\
             </ListAccountAliasesResponse>",
        ),
        _ => None,
    }
}
