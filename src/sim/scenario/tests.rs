use super::*;
use spec::PeerSpec;

fn leaked_key() -> Scenario {
    Scenario::named("leaked-key").unwrap()
}

/// The quiet scenario with one piece of its text replaced.
fn altered(from: &str, to: &str) -> ScenarioError {
    let text = Scenario::builtin("quiet").unwrap();
    assert!(text.contains(from), "the scenario has no '{from}'");
    Scenario::load(&text.replacen(from, to, 1)).unwrap_err()
}

#[test]
fn every_built_in_scenario_can_be_loaded() {
    for name in Scenario::names() {
        let scenario = Scenario::named(name).unwrap();
        assert_eq!(scenario.name, name);
        assert!(!scenario.title.is_empty());
    }
    assert_eq!(
        Scenario::named("quite").unwrap_err().to_string(),
        "there is no scenario 'quite'; the built-in ones are: leaked-key, quiet"
    );
}

#[test]
fn the_default_account_has_sixty_instances_in_two_regions_and_three_vpcs() {
    let scenario = leaked_key();
    assert_eq!(scenario.instances.len(), 60);
    let regions: std::collections::BTreeSet<&str> = scenario.instances.iter().map(|one| one.region.as_str()).collect();
    assert_eq!(regions.into_iter().collect::<Vec<_>>(), ["eu-west-1", "us-east-1"]);
    let vpc_of = |subnet: &str| scenario.subnets.iter().find(|one| one.id == subnet).unwrap().vpc.clone();
    let vpcs: std::collections::BTreeSet<String> =
        scenario.instances.iter().map(|one| vpc_of(&one.interfaces[0].subnet)).collect();
    assert_eq!(vpcs.len(), 3);
}

#[test]
fn the_default_account_holds_what_a_responder_meets() {
    let scenario = leaked_key();
    let any = |test: &dyn Fn(&spec::InstanceSpec) -> bool| scenario.instances.iter().any(test);
    assert!(any(&|one| one.interfaces.len() == 2));
    assert!(any(&|one| one.termination_protected));
    assert!(any(&|one| one.state == "stopped"));
    assert!(any(&|one| one.classic_link.is_some()));
    assert!(any(&|one| one.shutdown_behavior == "terminate"));
    assert!(any(&|one| !one.imdsv2));
    assert!(any(&|one| one.volumes.iter().any(|volume| volume.encrypted)));
    assert!(any(&|one| one.volumes.iter().any(|volume| !volume.encrypted)));
    assert!(any(&|one| one.tags.contains(&("aws:autoscaling:groupName".into(), "web".into()))));
    assert!(any(&|one| one.tags.iter().any(|(_, value)| value.contains('\u{1b}'))));
    let web = scenario.instances.iter().filter(|one| one.profile.as_deref() == Some("web")).count();
    assert!(web > 10);
    assert!(scenario.addresses.iter().all(|address| address.instance.is_some()));
    assert!(scenario.snapshots.iter().any(|one| !one.shared_with.is_empty()));
    assert!(scenario.images.iter().any(|one| one.deprecated.is_some_and(|at| at < 0)));
}

#[test]
fn every_id_has_the_shape_that_aws_gives_it_and_stands_once() {
    let scenario = leaked_key();
    let mut ids: Vec<&str> = Vec::new();
    ids.extend(scenario.vpcs.iter().map(|one| one.id.as_str()));
    ids.extend(scenario.subnets.iter().map(|one| one.id.as_str()));
    ids.extend(scenario.route_tables.iter().map(|one| one.id.as_str()));
    ids.extend(scenario.network_acls.iter().map(|one| one.id.as_str()));
    ids.extend(scenario.groups.iter().map(|one| one.id.as_str()));
    for group in &scenario.groups {
        ids.extend(group.ingress.iter().chain(&group.egress).map(|rule| rule.id.as_str()));
    }
    ids.extend(scenario.images.iter().map(|one| one.id.as_str()));
    ids.extend(scenario.snapshots.iter().map(|one| one.id.as_str()));
    for instance in &scenario.instances {
        ids.push(&instance.id);
        ids.extend(instance.interfaces.iter().map(|one| one.id.as_str()));
        ids.extend(instance.volumes.iter().map(|one| one.id.as_str()));
    }
    for id in &ids {
        let (_, digits) = id.rsplit_once('-').unwrap();
        assert_eq!(digits.len(), 17, "{id}");
        assert!(digits.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[test]
fn private_addresses_stand_once_and_lie_in_their_subnet() {
    let scenario = leaked_key();
    let mut seen = std::collections::BTreeSet::new();
    for interface in scenario.instances.iter().flat_map(|one| &one.interfaces) {
        let subnet = scenario.subnets.iter().find(|one| one.id == interface.subnet).unwrap();
        let range: ipnet::Ipv4Net = subnet.cidr.parse().unwrap();
        assert!(range.contains(&interface.private_ip.parse::<std::net::Ipv4Addr>().unwrap()));
        assert!(seen.insert((subnet.vpc.clone(), interface.private_ip.clone())));
    }
}

#[test]
fn the_machine_of_the_story_is_exposed_shares_its_profile_and_has_two_interfaces() {
    let scenario = leaked_key();
    let web = scenario.instances.iter().find(|one| one.name == "web-7").unwrap();
    assert!(web.id.ends_with("07"));
    assert_eq!(web.interfaces.len(), 2);
    assert!(web.interfaces[0].public_ip.is_some());
    let subnet = scenario.subnets.iter().find(|one| one.id == web.interfaces[0].subnet).unwrap();
    assert!(subnet.public);
    let table = scenario.route_tables.iter().find(|one| one.subnets.contains(&subnet.id)).unwrap();
    assert!(table.routes.iter().any(|(to, via)| to == "0.0.0.0/0" && via.starts_with("igw-")));
    let canary = scenario.groups.iter().find(|one| one.name == "web-canary").unwrap();
    assert!(web.interfaces[0].groups.contains(&canary.id));
    assert!(!canary.ingress.iter().any(|rule| rule.from == 22));
    assert!(canary.ingress.iter().any(|rule| matches!(rule.peer, PeerSpec::Group(_))));
}

#[test]
fn the_thief_is_the_ci_user_at_another_place() {
    let scenario = leaked_key();
    let find = |name: &str| scenario.principals.iter().find(|one| one.name == name).unwrap();
    let (thief, owner) = (find("thief"), find("ci-deploy"));
    assert_eq!(thief.access_key_id, owner.access_key_id);
    assert_eq!(thief.unique_id, owner.unique_id);
    assert_ne!(thief.ips, owner.ips);
    assert_ne!(thief.agents, owner.agents);
}

#[test]
fn a_mistake_in_a_scenario_is_named_with_its_place_and_the_way_out() {
    for (from, to, expected) in [
        (
            "groups = [\"web\"]",
            "groups = [\"wep\"]",
            "the scenario is wrong at instance 'web-1': there is no group 'wep'; there are: app, default.main, web",
        ),
        (
            "id = \"444455556666\"",
            "id = \"4444\"",
            "the scenario is wrong at account: the id '4444' is not twelve digits",
        ),
        (
            "launched = \"-20d\"",
            "launched = \"20 days ago\"",
            "the scenario is wrong at instance 'web-1': '20 days ago' is not a duration: write it like -9m20s, 7h or -12d",
        ),
        (
            "\"tcp 8080 from web\"",
            "\"tcp from web\"",
            "the scenario is wrong at group 'app': 'tcp from web' is not a rule: write it like 'tcp 443 from 10.0.0.0/16 # why', or 'all from GROUP'",
        ),
        (
            "caller = \"on-call\"",
            "caller = \"nobody\"",
            "the scenario is wrong at account: the caller 'nobody' is not among the principals",
        ),
        (
            "calls = [\"ssm.UpdateInstanceInformation\"",
            "calls = [\"ssm.Nonsense\"",
            "the scenario is wrong at activity 'The agents of the instances report': the catalogue has no call 'ssm.Nonsense': describe it under [calls.\"ssm.Nonsense\"]",
        ),
        (
            "second_interface = { subnets = [\"private-a\"], groups = [\"app\"] }",
            "second_interface = { subnets = [], groups = [\"app\"] }",
            "the scenario is wrong at instance 'gateway': name at least one subnet",
        ),
        (
            "region = \"eu-west-1\"\ncidr",
            "region = \"eu-west-9\"\ncidr",
            "the scenario is wrong at vpc 'main': the Region 'eu-west-9' is not among the account's: eu-west-1, us-east-1",
        ),
    ] {
        assert_eq!(altered(from, to).to_string(), expected);
    }
}

#[test]
fn an_unknown_key_is_an_error_that_says_where() {
    let message = altered("elastic = true", "elastik = true").to_string();
    assert!(message.contains("elastik"), "{message}");
    assert!(message.contains("line"), "{message}");
}

#[test]
fn a_step_may_use_only_what_an_earlier_one_saved() {
    let step = "[[step]]\nat = \"1m\"\nas = \"on-call\"\ncall = \"ec2.StopInstances\"\nparams = { \"InstanceId.1\" = \"${launched}\" }\n";
    let text = format!("{}\n{step}", Scenario::builtin("quiet").unwrap());
    assert_eq!(
        Scenario::load(&text).unwrap_err().to_string(),
        "the scenario is wrong at step 3 (ec2.StopInstances): no step before this one saves 'launched'"
    );
}

#[test]
fn every_call_of_the_catalogue_can_be_filled_in_the_default_account() {
    let scenario = leaked_key();
    for (name, template) in &scenario.catalogue {
        let mut filler = fill::Filler {
            scenario: &scenario,
            region: "eu-west-1",
            time: jiff::Timestamp::UNIX_EPOCH,
            dice: crate::sim::dice::Dice::new(1, name),
            known: ["arn", "user", "request", "assumed", "assumed_id", "session"]
                .map(|word| (word.to_owned(), word.to_owned()))
                .into(),
        };
        if let Err(why) = background::Parts::new(template, &mut filler) {
            panic!("{name}: {why}");
        }
    }
}
