//! The two ways in: the SDK's own client without a socket, and a TCP port.

use super::World;
use aws_sdk_ec2::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_ec2::error::ProvideErrorMetadata;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use stanch::sim::{Effect, Fault, connect, listen};
use std::io::ErrorKind;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

fn ec2(client: SharedHttpClient) -> aws_sdk_ec2::Client {
    let config = aws_sdk_ec2::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::for_tests())
        .retry_config(aws_sdk_ec2::config::retry::RetryConfig::disabled())
        .http_client(client)
        .build();
    aws_sdk_ec2::Client::from_conf(config)
}

#[tokio::test]
async fn the_sdk_pages_through_the_instances_without_a_socket() {
    let world = World::open();
    let client = ec2(connect::http_client(Arc::clone(&world.sim)));
    let mut pages = client.describe_instances().into_paginator().page_size(10).send();
    let (mut count, mut whole) = (0, 0);
    while let Some(page) = pages.next().await {
        count += 1;
        for instance in page.unwrap().reservations().iter().flat_map(aws_sdk_ec2::types::Reservation::instances) {
            assert!(instance.instance_id().is_some_and(|id| id.starts_with("i-")));
            assert!(instance.launch_time().is_some() && instance.state().is_some());
            whole += 1;
        }
    }
    assert!(count > 2 && whole > 20, "{whole} instances on {count} pages");
}

#[tokio::test]
async fn the_sdk_is_told_codes_and_request_ids() {
    let world = World::open();
    let client = ec2(connect::http_client(Arc::clone(&world.sim)));
    let instance = super::ec2::running_instance(&world).await;
    let error = client.stop_instances().instance_ids(&instance).dry_run(true).send().await.unwrap_err();
    assert_eq!(error.code(), Some("DryRunOperation"));
    assert_eq!(error.raw_response().map(|raw| raw.status().as_u16()), Some(412));
    assert!(aws_sdk_ec2::operation::RequestId::request_id(&error).is_some());
}

#[tokio::test]
async fn a_cut_connection_is_an_error_of_the_connection_to_the_sdk() {
    let world = World::open();
    let client = ec2(connect::http_client(Arc::clone(&world.sim)));
    world.sim.inject(Fault::on("ec2", "*", Effect::Drop));
    let error = client.describe_vpcs().send().await.unwrap_err();
    assert!(matches!(error, aws_sdk_ec2::error::SdkError::DispatchFailure(_)), "{error:?}");
}

#[tokio::test]
async fn the_listener_refuses_an_address_that_others_can_reach() {
    let world = World::open();
    let everywhere = "0.0.0.0:0".parse().unwrap();
    let refused = listen::serve(Arc::clone(&world.sim), everywhere, false, |_| {}).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::PermissionDenied);
    assert!(refused.to_string().contains("127.0.0.1"));
}

#[tokio::test]
async fn the_listener_serves_and_takes_faults() {
    let world = World::open();
    let (tell, told) = oneshot::channel();
    let server = listen::serve(Arc::clone(&world.sim), "127.0.0.1:0".parse().unwrap(), false, |address| {
        tell.send(address).unwrap();
    });
    let client = async {
        let address = told.await.unwrap();
        let send = async |path: &str, head: &str, body: &str| {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let length = body.len();
            let request = format!(
                "POST {path} HTTP/1.1\r\nhost: sim\r\nconnection: close\r\ncontent-length: {length}\r\n{head}\r\n{body}"
            );
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            answer
        };
        let signed = "authorization: AWS4-HMAC-SHA256 Credential=AKIA/20261124/eu-west-1/sts/aws4_request\r\n";
        let who = send("/", signed, "Action=GetCallerIdentity&Version=2011-06-15").await;
        assert!(who.starts_with("HTTP/1.1 200") && who.contains("<Arn>"), "{who}");
        let set = send("/_stanch/faults", "", r#"[{"service":"sts","effect":"expire"}]"#).await;
        assert!(set.starts_with("HTTP/1.1 200"), "{set}");
        let expired = send("/", signed, "Action=GetCallerIdentity&Version=2011-06-15").await;
        assert!(expired.starts_with("HTTP/1.1 403") && expired.contains("ExpiredToken"), "{expired}");
        let wrong = send("/_stanch/faults", "", "[{}]").await;
        assert!(wrong.starts_with("HTTP/1.1 400"), "{wrong}");
    };
    tokio::select! {
        served = server => panic!("the listener ended: {served:?}"),
        () = client => {}
    }
}
