//! The listening skin: the simulator on a TCP port, for clients of other makes.
//!
//! It answers anyone who can reach it, so it refuses every address that other
//! machines can reach, unless it is forced. Beside the services it serves
//! `POST /_stanch/faults`: a JSON list of faults that replaces those in force, and
//! `POST /_stanch/policies`: a JSON object that gives each user or role that it names
//! the policy beside the name, and no other.

use super::{Fault, Simulator};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::Value;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// The largest request that is read; no action of the services needs more.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Serves until the future is dropped. `ready` is told the address, with the port
/// that the system chose where it was 0.
///
/// # Errors
/// Where the address cannot be bound, or where other machines can reach it and
/// `allow_non_loopback` is not set.
pub async fn serve(
    simulator: Arc<Simulator>,
    address: SocketAddr,
    allow_non_loopback: bool,
    ready: impl FnOnce(SocketAddr),
) -> io::Result<()> {
    if !address.ip().is_loopback() && !allow_non_loopback {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("{address} can be reached from other machines; listen on 127.0.0.1 or [::1], or force it"),
        ));
    }
    let listener = TcpListener::bind(address).await?;
    ready(listener.local_addr()?);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // A client that is gone before it was accepted is no fault of the listener.
                let Ok((stream, _)) = accepted else { continue };
                let simulator = Arc::clone(&simulator);
                connections.spawn(async move {
                    let service = service_fn(move |request| answer(Arc::clone(&simulator), request));
                    // An error ends this connection alone: the client sees it cut.
                    let _ = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn answer(simulator: Arc<Simulator>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Failure> {
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, LARGEST_BODY).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(_) => return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE, "the request is too large\n")),
    };
    if let Some(path) = head.uri.path().strip_prefix("/_stanch/") {
        return Ok(control(&simulator, &head.method, path, &body));
    }
    let answer = simulator.handle(Request::from_parts(head, body)).await?;
    Ok(answer.map(Full::new))
}

/// The control path.
fn control(simulator: &Simulator, method: &Method, path: &str, body: &[u8]) -> Response<Full<Bytes>> {
    match (method, path) {
        (&Method::POST, "faults") => match serde_json::from_slice::<Vec<Fault>>(body) {
            Ok(faults) => {
                simulator.clear_faults();
                for fault in faults {
                    simulator.inject(fault);
                }
                plain(StatusCode::OK, "")
            }
            Err(error) => plain(StatusCode::BAD_REQUEST, &format!("not a list of faults: {error}\n")),
        },
        (&Method::POST, "policies") => match serde_json::from_slice::<serde_json::Map<String, Value>>(body) {
            Ok(policies) => match policies.iter().find(|(name, policy)| !simulator.grant(name, policy)) {
                None => plain(StatusCode::OK, ""),
                Some((name, _)) => plain(StatusCode::NOT_FOUND, &format!("there is no user or role '{name}'\n")),
            },
            Err(error) => plain(StatusCode::BAD_REQUEST, &format!("not policies by name: {error}\n")),
        },
        _ => plain(StatusCode::NOT_FOUND, "there are POST /_stanch/faults and POST /_stanch/policies\n"),
    }
}

fn plain(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::copy_from_slice(text.as_bytes())));
    *response.status_mut() = status;
    response
}
