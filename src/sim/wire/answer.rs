//! Answers as each protocol writes them.

use super::{Protocol, Service, xml};
use crate::sim::service::Refusal;
use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A successful answer.
pub fn success(service: Service, action: &str, value: &Value, request_id: &str) -> Response<Bytes> {
    let mut body = String::new();
    match service.protocol() {
        Protocol::Ec2 => {
            let _ = write!(
                body,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{action}Response xmlns=\"{}\"><requestId>{request_id}</requestId>",
                service.namespace()
            );
            xml::content(&mut body, value, "item");
            let _ = write!(body, "</{action}Response>");
        }
        Protocol::Query => {
            let _ = write!(body, "<{action}Response xmlns=\"{}\">", service.namespace());
            xml::element(&mut body, &format!("{action}Result"), value, "member");
            let _ = write!(
                body,
                "<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
            );
        }
        Protocol::Json => body = value.to_string(),
    }
    response(service, StatusCode::OK, body, request_id)
}

/// A refusal.
pub fn refusal(service: Service, refusal: &Refusal, request_id: &str) -> Response<Bytes> {
    let mut body = String::new();
    let (mut code, mut message) = (String::new(), String::new());
    xml::escape(&mut code, &refusal.code);
    xml::escape(&mut message, &refusal.message);
    match service.protocol() {
        Protocol::Ec2 => {
            let _ = write!(
                body,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID>{request_id}</RequestID></Response>"
            );
        }
        Protocol::Query => {
            let fault = if refusal.status < 500 { "Sender" } else { "Receiver" };
            let _ = write!(
                body,
                "<ErrorResponse xmlns=\"{}\"><Error><Type>{fault}</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
                service.namespace()
            );
        }
        Protocol::Json => body = json!({"__type": refusal.code, "message": refusal.message}).to_string(),
    }
    response(service, StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST), body, request_id)
}

fn response(service: Service, status: StatusCode, body: String, request_id: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    let content_type = match service.protocol() {
        Protocol::Ec2 => "text/xml;charset=UTF-8",
        Protocol::Query => "text/xml",
        Protocol::Json => "application/x-amz-json-1.1",
    };
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    if let Ok(id) = header::HeaderValue::from_str(request_id) {
        response.headers_mut().insert("x-amzn-requestid", id);
    }
    response
}
