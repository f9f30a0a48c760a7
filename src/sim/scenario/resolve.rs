//! From the file's names to ids: checks every reference on the way.

mod instances;
mod network;
mod people;
mod scaling;
mod script;

use super::file::{self, File};
use super::names::{self, Names, Place, wrong};
use super::spec::{AccountSpec, ImageSpec, Tags};
use super::{Scenario, ScenarioError};

/// Resolves a whole file.
pub fn resolve(name: &str, file: &File) -> Result<Scenario, ScenarioError> {
    let mut scenario = Scenario {
        name: name.to_owned(),
        title: file.title.clone(),
        account: account(&file.account)?,
        words: file.words.clone(),
        background: file.background.clone(),
        ..Scenario::default()
    };
    let mut names = Names::default();
    names.add("account", "self", Place { id: file.account.id.clone(), ..Place::default() })?;
    people::resolve(file, &mut scenario, &mut names)?;
    network::resolve(file, &mut scenario, &mut names)?;
    images(file, &mut scenario, &mut names)?;
    instances::resolve(file, &mut scenario, &mut names)?;
    scaling::resolve(file, &mut scenario, &mut names)?;
    for trail in &file.trail {
        let mut trail = trail.clone();
        check_region(&scenario.account, &trail.home_region, &format!("trail '{}'", trail.name))?;
        trail.started = -90 * 86_400;
        scenario.trails.push(trail);
    }
    script::resolve(file, &mut scenario, &names)?;
    Ok(scenario)
}

fn account(raw: &AccountSpec) -> Result<AccountSpec, ScenarioError> {
    if raw.id.len() != 12 || !raw.id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong("account", format!("the id '{}' is not twelve digits", raw.id)));
    }
    if raw.outside_ip.parse::<std::net::IpAddr>().is_err() {
        return Err(wrong("account", format!("outside_ip '{}' is not an address", raw.outside_ip)));
    }
    check_region(raw, &raw.home_region, "account")?;
    Ok(raw.clone())
}

fn check_region(account: &AccountSpec, region: &str, at: &str) -> Result<(), ScenarioError> {
    if account.regions.iter().any(|known| known == region) {
        return Ok(());
    }
    Err(wrong(at, format!("the Region '{region}' is not among the account's: {}", account.regions.join(", "))))
}

fn images(file: &File, scenario: &mut Scenario, names: &mut Names) -> Result<(), ScenarioError> {
    for image in &file.image {
        let at = format!("image '{}'", image.name);
        for region in &image.regions {
            check_region(&scenario.account, region, &at)?;
            let key = format!("{}@{region}", image.name);
            let amazon = image.owner.as_deref() == Some("amazon");
            let spec = ImageSpec {
                id: names::id("ami", &key),
                name: image.name.clone(),
                region: region.clone(),
                // The account that publishes Amazon Linux.
                owner: match &image.owner {
                    _ if amazon => "137112412989".to_owned(),
                    Some(owner) => owner.clone(),
                    None => scenario.account.id.clone(),
                },
                owner_alias: amazon.then(|| "amazon".to_owned()),
                created: duration(&image.created, &at)?,
                deprecated: image.deprecated.as_deref().map(|text| duration(text, &at)).transpose()?,
                architecture: image.architecture.clone().unwrap_or_else(|| "x86_64".to_owned()),
                root_device: "/dev/xvda".to_owned(),
                snapshot: names::id("snap", &format!("image {key}")),
                public: amazon,
                description: image.description.clone(),
                tags: if amazon { Tags::new() } else { tags(&image.name, &std::collections::BTreeMap::new()) },
            };
            let place = Place { id: spec.id.clone(), region: region.clone(), vpc: String::new() };
            names.add("image", &key, place)?;
            scenario.images.push(spec);
        }
    }
    Ok(())
}

fn duration(text: &str, at: &str) -> Result<i64, ScenarioError> {
    file::seconds(text)
        .ok_or_else(|| wrong(at, format!("'{text}' is not a duration: write it like -9m20s, 7h or -12d")))
}

fn tags(name: &str, more: &std::collections::BTreeMap<String, String>) -> Tags {
    let mut tags = vec![("Name".to_owned(), name.to_owned())];
    tags.extend(more.iter().map(|(key, value)| (key.clone(), value.clone())));
    tags
}
