//! The wire protocols: what an HTTP request asks for, and how an answer is
//! written. EC2 Query, awsQuery and awsJson 1.1; the services know nothing of them.

pub mod answer;
pub mod query;
pub mod xml;

use bytes::Bytes;
use http::Request;
use serde_json::Value;

/// How a service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Form-encoded with flattened lists, answers in XML with `<item>`.
    Ec2,
    /// Form-encoded with `.member.N` lists, answers in XML with `<member>`.
    Query,
    /// JSON both ways, the action in `X-Amz-Target`.
    Json,
}

/// A service that the account offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Amazon EC2.
    Ec2,
    /// AWS Security Token Service.
    Sts,
    /// AWS Identity and Access Management.
    Iam,
    /// AWS CloudTrail.
    CloudTrail,
    /// Amazon EC2 Auto Scaling.
    Scaling,
    /// Elastic Load Balancing, version 2.
    Balancing,
}

impl Service {
    /// What is offered, for messages.
    pub const OFFERED: &str = "ec2, autoscaling, elasticloadbalancing, iam, sts and cloudtrail";

    /// The service of a signing name or of the scenario's word for it.
    pub fn named(name: &str) -> Option<Service> {
        Some(match name {
            "ec2" => Service::Ec2,
            "sts" => Service::Sts,
            "iam" => Service::Iam,
            "cloudtrail" => Service::CloudTrail,
            "autoscaling" => Service::Scaling,
            "elasticloadbalancing" => Service::Balancing,
            _ => return None,
        })
    }

    /// The prefix of its IAM actions, which is its signing name too.
    pub fn prefix(self) -> &'static str {
        match self {
            Service::Ec2 => "ec2",
            Service::Sts => "sts",
            Service::Iam => "iam",
            Service::CloudTrail => "cloudtrail",
            Service::Scaling => "autoscaling",
            Service::Balancing => "elasticloadbalancing",
        }
    }

    /// Its event source in CloudTrail.
    pub fn source(self) -> String {
        format!("{}.amazonaws.com", self.prefix())
    }

    /// How it speaks.
    pub fn protocol(self) -> Protocol {
        match self {
            Service::Ec2 => Protocol::Ec2,
            Service::Sts | Service::Iam | Service::Scaling | Service::Balancing => Protocol::Query,
            Service::CloudTrail => Protocol::Json,
        }
    }

    /// The namespace of its XML answers, empty where it writes JSON.
    pub fn namespace(self) -> &'static str {
        match self {
            Service::Ec2 => "http://ec2.amazonaws.com/doc/2016-11-15/",
            Service::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
            Service::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
            Service::CloudTrail => "",
            Service::Scaling => "http://autoscaling.amazonaws.com/doc/2011-01-01/",
            Service::Balancing => "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
        }
    }

    fn of_version(version: &str) -> Option<Service> {
        Some(match version {
            "2016-11-15" => Service::Ec2,
            "2011-06-15" => Service::Sts,
            "2010-05-08" => Service::Iam,
            "2011-01-01" => Service::Scaling,
            "2015-12-01" => Service::Balancing,
            _ => return None,
        })
    }
}

/// What an HTTP request asks for.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The service asked.
    pub service: Service,
    /// The action's name.
    pub action: String,
    /// The parameters as a tree: lists are arrays, structures are objects.
    pub params: Value,
    /// The Region of the signature.
    pub region: String,
    /// The access key of the signature.
    pub access_key: String,
    /// The user agent as CloudTrail records it.
    pub agent: String,
}

/// Why a request is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is for a service that the account does not offer, or for none.
    Service(String),
    /// It is not signed.
    Unsigned(Service),
    /// Its body is not what the protocol writes.
    Body(Service),
}

/// Reads an HTTP request.
pub fn read(request: &Request<Bytes>) -> Result<Incoming, Unreadable> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let scope = header("authorization").and_then(credential_scope);
    let target = header("x-amz-target");
    let signed = scope.as_ref().and_then(|scope| Service::named(&scope.service));
    let flat = if target.is_none() { query::flat(request) } else { Vec::new() };
    let find = |name: &str| flat.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let service = match (target, signed) {
        (Some(target), _) if target.contains("CloudTrail_20131101.") => Some(Service::CloudTrail),
        (Some(_), _) => None,
        (None, signed) => signed.or_else(|| find("Version").and_then(Service::of_version)),
    };
    let Some(service) = service else {
        let named = scope.map(|scope| scope.service).or_else(|| target.map(str::to_owned));
        return Err(Unreadable::Service(named.unwrap_or_default()));
    };
    let scope = scope.ok_or(Unreadable::Unsigned(service))?;
    let (action, params) = if let Some(target) = target {
        let action = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body: &[u8] = if request.body().is_empty() { b"{}" } else { request.body() };
        (action, serde_json::from_slice(body).map_err(|_| Unreadable::Body(service))?)
    } else {
        (find("Action").unwrap_or_default().to_owned(), query::tree(&flat))
    };
    Ok(Incoming {
        service,
        action,
        params,
        region: scope.region,
        access_key: scope.access_key,
        agent: header("x-amz-user-agent").or_else(|| header("user-agent")).unwrap_or_default().to_owned(),
    })
}

struct CredentialScope {
    access_key: String,
    region: String,
    service: String,
}

/// Reads `Credential=AKIA…/20261124/eu-west-1/ec2/aws4_request` out of a SigV4 header.
/// An access key may not hold a slash, a Region and a service neither.
fn credential_scope(header: &str) -> Option<CredentialScope> {
    let start = header.find("Credential=")? + "Credential=".len();
    let credential = header[start..].split([',', ' ']).next()?;
    let mut parts = credential.split('/');
    let access_key = parts.next()?.to_owned();
    let _date = parts.next()?;
    let region = parts.next()?.to_owned();
    let service = parts.next()?.to_owned();
    Some(CredentialScope { access_key, region, service })
}

#[cfg(test)]
mod tests;
