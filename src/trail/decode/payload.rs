//! What an event's parameters, its answer, or the details of a service event
//! hold: the ids in them, and two flags.
//!
//! Ids are found by the name of their field and by their own prefix, in one
//! pass and without building a tree.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::wire::Text;
use crate::domain::resource::{ResourceKind as K, kind_of_id};

/// What a parameter or answer object holds, as far as events need it.
#[derive(Debug, Default)]
pub(super) struct Payload<'a> {
    /// Ids in the order of the text.
    pub ids: Vec<(Hint, Cow<'a, str>)>,
    /// `dryRun` is set at the top.
    pub dry_run: bool,
    /// `ConsoleLogin` is `Failure`: a sign-in has no error code.
    pub sign_in_failed: bool,
}

/// What can be read of parameters and answers.
pub(super) trait Ids<'a>: Deserialize<'a> + Default {
    /// Their ids.
    fn ids(self) -> Payload<'a>;
}

impl<'a> Ids<'a> for Payload<'a> {
    fn ids(self) -> Payload<'a> {
        self
    }
}

/// Parameters and answers that are skipped.
#[derive(Debug, Default)]
pub(super) struct Skipped;

impl<'de> Deserialize<'de> for Skipped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl<'a> Ids<'a> for Skipped {
    fn ids(self) -> Payload<'a> {
        Payload::default()
    }
}

/// What a field's name says about the value in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hint {
    /// It is an id of this kind.
    Is(K),
    /// `name`: what it names depends on the service.
    Name,
    /// `groupName`, `groupId`: of IAM, or of EC2.
    Group,
    /// A field at the top that looks like an identifier: taken where nothing better is there.
    Maybe,
}

/// The longest text that is taken for an id: an ARN's limit (AWS API, 2,048).
pub(super) const LONGEST: usize = 2048;

impl Hint {
    /// What a field name says; `parent` is the name of the object that it stands in.
    fn of(key: &str, parent: &str, depth: usize) -> Option<Self> {
        Some(Self::Is(match key {
            "instanceId" | "instanceIds" => K::Instance,
            "imageId" => K::Image,
            "keyName" => K::KeyPair,
            "publicIp" => K::Address,
            "userName" => K::User,
            "roleName" | "roleArn" | "roleARN" => K::Role,
            "role" if depth == 1 => K::Role,
            "policyArn" | "policyName" => K::Policy,
            "instanceProfileName" => K::InstanceProfile,
            "arn" | "name" if parent == "iamInstanceProfile" => K::InstanceProfile,
            "bucketName" => K::Bucket,
            "functionName" => K::Function,
            "secretId" => K::Secret,
            "keyId" | "kmsKeyId" | "targetKeyId" => K::Key,
            "trailName" | "trailNameList" => K::Trail,
            "autoScalingGroupName" => K::AutoScalingGroup,
            "loadBalancerName" | "loadBalancerArn" => K::LoadBalancer,
            "targetGroupArn" => K::TargetGroup,
            "launchTemplateName" => K::LaunchTemplate,
            "accessKeyId" => K::AccessKey,
            "dBInstanceIdentifier" | "dBClusterIdentifier" | "dBSnapshotIdentifier" | "dBClusterSnapshotIdentifier" => {
                K::Database
            }
            "groupName" | "groupId" => return Some(Self::Group),
            "name" | "names" if depth == 1 => return Some(Self::Name),
            "roleSessionName" | "clientToken" | "clientRequestToken" | "requestId" | "ownerId" | "Host" => return None,
            _ if depth == 1
                && ["Name", "Id", "Arn", "ARN", "Identifier", "Url"].iter().any(|end| key.ends_with(end)) =>
            {
                return Some(Self::Maybe);
            }
            _ => return None,
        }))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Payload<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut payload = Self::default();
        Node { into: &mut payload, key: "", parent: "", depth: 0 }.deserialize(deserializer)?;
        Ok(payload)
    }
}

/// One value of the payload, at a depth, under a field name.
struct Node<'n, 'a> {
    into: &'n mut Payload<'a>,
    key: &'n str,
    parent: &'n str,
    depth: usize,
}

impl<'a> Node<'_, 'a> {
    fn text(self, text: Cow<'a, str>) {
        if self.depth == 1 && self.key == "ConsoleLogin" && text == "Failure" {
            self.into.sign_in_failed = true;
        }
        if self.depth == 1 && self.key == "dryRun" && text.eq_ignore_ascii_case("true") {
            self.into.dry_run = true;
        }
        if text.is_empty() || text.len() > LONGEST {
            return;
        }
        let own = if text.len() <= 40 { kind_of_id(&text).map(Hint::Is) } else { None };
        if let Some(hint) = own.or_else(|| Hint::of(self.key, self.parent, self.depth)) {
            self.into.ids.push((hint, text));
        }
    }
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Node<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Node<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        self.text(Cow::Borrowed(text));
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.text(Cow::Owned(text.to_owned()));
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        if value && self.depth == 1 && self.key == "dryRun" {
            self.into.dry_run = true;
        }
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { into, key, parent, depth } = self;
        while seq.next_element_seed(Node { into: &mut *into, key, parent, depth })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let Self { into, key: parent, depth, .. } = self;
        while let Some(key) = entries.next_key::<Text<'de>>()? {
            entries.next_value_seed(Node { into: &mut *into, key: &key.0, parent, depth: depth + 1 })?;
        }
        Ok(())
    }
}
