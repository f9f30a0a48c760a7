//! The in-process skin: an HTTP client for the SDK that reaches the simulator
//! without a socket.

use super::Simulator;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use std::sync::Arc;

/// An HTTP client whose every request is served by the simulator.
pub fn http_client(simulator: Arc<Simulator>) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Connector(simulator));
    http_client_fn(move |_, _| connector.clone())
}

#[derive(Debug)]
struct Connector(Arc<Simulator>);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let simulator = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let (head, body) = request.into_parts();
            let bytes = body
                .bytes()
                .map(Bytes::copy_from_slice)
                .ok_or_else(|| ConnectorError::user("the simulator takes no streamed request".into()))?;
            let answer = simulator.handle(http::Request::from_parts(head, bytes)).await;
            let answer = answer.map_err(|dropped| ConnectorError::io(dropped.into()))?;
            HttpResponse::try_from(answer.map(SdkBody::from)).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}
