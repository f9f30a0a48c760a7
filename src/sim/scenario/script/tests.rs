use super::*;

fn start() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

fn after(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

fn story(name: &str, seed: u64) -> Script {
    Script::new(&Scenario::named(name).unwrap(), seed, start())
}

/// Plays a script up to each of the moments in turn.
fn play(mut script: Script, moments: &[i64]) -> Vec<Due> {
    let mut told = Vec::new();
    for moment in moments {
        while let Some(due) = script.due(after(*moment)) {
            if matches!(due, Due::Act(_)) {
                script.answered("<instanceId>i-0123456789abcdef0</instanceId>");
            }
            told.push(due);
        }
    }
    told
}

fn time(due: &Due) -> Timestamp {
    match due {
        Due::Record(call) => call.time,
        Due::Act(act) => act.at,
    }
}

/// One line for each thing that came due, with all that tells it apart.
fn lines(told: &[Due]) -> Vec<String> {
    told.iter()
        .map(|due| match due {
            Due::Record(call) => format!(
                "{} {} {} {} {} {}",
                call.time,
                call.name,
                call.request_id,
                call.principal.access_key_id,
                call.request_parameters,
                call.response_elements
            ),
            Due::Act(act) => format!("{} {} {:?} {}", act.at, act.action, act.params, act.json),
        })
        .collect()
}

#[test]
fn the_history_holds_about_five_thousand_calls_of_the_last_day() {
    let told = play(story("leaked-key", 1), &[0]);
    assert!((4_900..=5_150).contains(&told.len()), "{}", told.len());
    assert!(told.iter().all(|due| time(due) >= after(-86_400) && time(due) <= after(0)));
}

#[test]
fn the_history_is_denser_towards_the_opening() {
    let told = play(story("leaked-key", 1), &[0]);
    let between = |from: i64, to: i64| told.iter().filter(|due| (after(from)..after(to)).contains(&time(due))).count();
    assert!(between(-7_200, 0) > 2 * between(-86_400, -79_200));
}

#[test]
fn things_come_due_in_the_order_of_time() {
    let told = play(story("leaked-key", 3), &[-3_600, -1_800, 0, 60, 3_600]);
    assert!(told.windows(2).all(|pair| time(&pair[0]) <= time(&pair[1])));
}

#[test]
fn the_same_seed_tells_the_same_story_however_often_one_asks() {
    let seldom = lines(&play(story("leaked-key", 9), &[1_800]));
    let moments: Vec<i64> = (-90_000..=1_800).step_by(97).chain([1_800]).collect();
    let often = lines(&play(story("leaked-key", 9), &moments));
    assert_eq!(seldom, often);
    assert_ne!(seldom, lines(&play(story("leaked-key", 10), &[1_800])));
}

#[test]
fn ordinary_work_goes_on_while_one_watches() {
    let told = play(story("leaked-key", 1), &[1_800]);
    let live: Vec<&Due> = told.iter().filter(|due| time(due) > after(0)).collect();
    let records = live.iter().filter(|due| matches!(due, Due::Record(_))).count();
    assert!((200..=290).contains(&records), "{records} calls in half an hour");
    for due in live {
        if let Due::Record(call) = due {
            let changes_what_is_shown = call.source == "ec2.amazonaws.com" && !call.read_only;
            assert!(!changes_what_is_shown, "{} is told but not made", call.name);
        }
    }
}

#[test]
fn the_attack_has_begun_when_one_opens_and_goes_on_for_half_an_hour() {
    let told = play(story("leaked-key", 1), &[3_600]);
    let by_thief: Vec<(i64, String)> = told
        .iter()
        .filter_map(|due| match due {
            Due::Act(act) if act.ip == "203.0.113.7" => Some((act.at, act.action.clone())),
            Due::Record(call) if call.ip == "203.0.113.7" => Some((call.time, call.name.clone())),
            _ => None,
        })
        .map(|(at, name)| (at.as_second() - start().as_second(), name))
        .collect();
    assert_eq!(by_thief.first().map(|(at, name)| (*at, name.as_str())), Some((-581, "GetCallerIdentity")));
    assert!(by_thief.last().unwrap().0 > 1_800);
    for name in [
        "AuthorizeSecurityGroupIngress",
        "ModifyInstanceAttribute",
        "RunInstances",
        "ModifySnapshotAttribute",
        "StopLogging",
        "DetachClassicLinkVpc",
        "CreateKeyPair",
        "CreateAccessKey",
        "ListUsers",
        "ListBuckets",
    ] {
        assert!(by_thief.iter().any(|(_, seen)| seen == name), "{name}");
    }
}

#[test]
fn an_id_of_an_answer_is_used_by_a_later_step() {
    let told = play(story("leaked-key", 1), &[400]);
    let protect = told.iter().find_map(|due| match due {
        Due::Act(act) if act.action == "ModifyInstanceAttribute" && act.region == "us-east-1" => Some(&act.params),
        _ => None,
    });
    let launched = ("InstanceId".to_owned(), "i-0123456789abcdef0".to_owned());
    assert!(protect.unwrap().contains(&launched));
}

#[test]
fn a_step_that_needs_what_was_refused_is_left_out() {
    let mut script = story("leaked-key", 1);
    let mut actions = Vec::new();
    while let Some(due) = script.due(after(400)) {
        if let Due::Act(act) = due {
            script.answered("<Response><Errors><Error><Code>UnauthorizedOperation</Code></Error></Errors></Response>");
            actions.push((act.region.clone(), act.action.clone()));
        }
    }
    let made = |action: &str| actions.contains(&("us-east-1".to_owned(), action.to_owned()));
    assert!(made("RunInstances"));
    assert!(!made("ModifyInstanceAttribute"), "the machine that was never launched is not protected");
}

#[test]
fn every_key_of_a_role_session_was_handed_out_by_a_call_before_its_first_use() {
    let told = play(story("leaked-key", 1), &[600]);
    let fixed: Vec<String> =
        Scenario::named("leaked-key").unwrap().principals.iter().map(|one| one.access_key_id.clone()).collect();
    let mut handed_out = std::collections::BTreeSet::new();
    let mut used = 0;
    for due in &told {
        let principal = match due {
            Due::Record(call) => &call.principal,
            Due::Act(act) => &act.principal,
        };
        let key = &principal.access_key_id;
        let by_role = principal.kind == crate::sim::scenario::spec::PrincipalKind::AssumedRole;
        if by_role && key.starts_with("ASIA") && !fixed.contains(key) {
            used += 1;
            assert!(handed_out.contains(key), "{key} of {}", principal.arn());
        }
        if let Due::Record(call) = due
            && call.name == "AssumeRole"
            && let Some(key) = call.response_elements["credentials"]["accessKeyId"].as_str()
        {
            handed_out.insert(key.to_owned());
        }
    }
    assert!(used > 500, "{used} calls of sessions");
}

#[test]
fn every_id_that_the_history_reads_is_in_the_account() {
    let scenario = Scenario::named("leaked-key").unwrap();
    let known: std::collections::BTreeSet<&str> = scenario
        .instances
        .iter()
        .flat_map(|one| {
            std::iter::once(one.id.as_str())
                .chain(one.volumes.iter().map(|volume| volume.id.as_str()))
                .chain(one.interfaces.iter().map(|interface| interface.id.as_str()))
        })
        .chain(scenario.groups.iter().map(|one| one.id.as_str()))
        .chain(scenario.subnets.iter().map(|one| one.id.as_str()))
        .chain(scenario.vpcs.iter().map(|one| one.id.as_str()))
        .chain(scenario.images.iter().map(|one| one.id.as_str()))
        .chain(scenario.snapshots.iter().map(|one| one.id.as_str()))
        .collect();
    let mut seen = 0;
    for due in play(story("leaked-key", 1), &[0]) {
        let Due::Record(call) = due else { continue };
        if !call.read_only || call.source != "ec2.amazonaws.com" {
            continue;
        }
        for id in call.request_parameters.to_string().split('"') {
            let is_id = ["i-0", "vol-0", "eni-0", "sg-0", "subnet-0", "vpc-0", "ami-0", "snap-0"]
                .iter()
                .any(|prefix| id.starts_with(prefix));
            if is_id {
                seen += 1;
                assert!(known.contains(id), "{id} of {}", call.name);
            }
        }
    }
    assert!(seen > 300, "{seen} ids");
}

#[test]
fn a_quiet_account_stays_quiet() {
    for due in play(story("quiet", 1), &[3_600]) {
        match due {
            Due::Record(call) => {
                assert!(call.error.is_none());
                assert!(call.read_only || call.source == "ssm.amazonaws.com", "{}", call.name);
            }
            Due::Act(act) => panic!("{} is done", act.action),
        }
    }
}

#[test]
fn an_id_is_found_in_an_answer_of_either_protocol() {
    assert_eq!(found("<a><instanceId>i-1</instanceId></a>", "instanceId").as_deref(), Some("i-1"));
    assert_eq!(found("{\"Name\" : \"main\"}", "Name").as_deref(), Some("main"));
    assert_eq!(found("<a/>", "instanceId"), None);
}

#[test]
fn the_callers_session_was_handed_out_before_the_opening() {
    for name in Scenario::names() {
        let told = play(story(name, 1), &[0]);
        let handed = told.iter().any(|due| match due {
            Due::Record(call) => {
                call.response_elements["credentials"]["accessKeyId"] == "ASIAONCALLALICEEXAMP"
                    && call.response_elements["assumedRoleUser"]["arn"]
                        .as_str()
                        .is_some_and(|arn| arn.ends_with(":assumed-role/OnCall/alice"))
            }
            Due::Act(_) => false,
        });
        assert!(handed, "{name}");
    }
}

#[test]
fn no_session_is_used_before_it_was_opened() {
    for due in play(story("leaked-key", 1), &[600]) {
        let (principal, time) = match &due {
            Due::Record(call) => (&call.principal, call.time),
            Due::Act(act) => (&act.principal, act.at),
        };
        if principal.access_key_id.starts_with("ASIA") {
            assert!(principal.created <= time, "{} at {time}", principal.arn());
        }
    }
}

#[test]
fn there_is_no_silence_of_minutes() {
    let told = play(story("leaked-key", 4), &[3_600]);
    let longest = told
        .windows(2)
        .filter(|pair| time(&pair[0]) > after(-7_200))
        .map(|pair| time(&pair[1]).as_second() - time(&pair[0]).as_second())
        .max();
    assert!(longest.is_some_and(|seconds| seconds < 240), "{longest:?}");
}
