//! The program is killed at every point between two lines of its journal; each
//! time the next start tells the truth, and completes or takes back.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stanch::sim::{Effect, Fault};

use crate::account::{Account, WEB, lines, said};

/// The longest that one line of the journal is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// The state of the instance as somebody else reads it, without what the attack that goes on changes.
fn state(account: &Account) -> Value {
    let mut one = account.json(&["instances", WEB, "--json"])[0].clone();
    let fields = one.as_object_mut().unwrap();
    for passing in ["exposure", "cpu", "checks", "launched", "events", "findings", "read_at", "profile_association"] {
        fields.remove(passing);
    }
    let owner = |tag: &Value| !tag.to_string().contains("Owner");
    if let Some(tags) = fields.get_mut("tags") {
        match tags {
            Value::Array(all) => all.retain(owner),
            Value::Object(all) => {
                all.remove("Owner");
            }
            _ => {}
        }
    }
    for attribute in ["disableApiTermination", "instanceInitiatedShutdownBehavior"] {
        let asked = format!("Action=DescribeInstanceAttribute&InstanceId={WEB}&Attribute={attribute}");
        let answer = account.ec2(&asked);
        let value = answer.split_once("<value>").and_then(|(_, rest)| rest.split_once("</value>"));
        one[attribute] = value.unwrap_or_else(|| panic!("{answer}")).0.into();
    }
    let asked = format!("Action=DescribeNetworkInterfaces&Filter.1.Name=attachment.instance-id&Filter.1.Value.1={WEB}");
    let groups: Vec<String> = account
        .ec2(&asked)
        .split("<groupId>")
        .skip(1)
        .filter_map(|rest| rest.split_once('<').map(|(id, _)| id.to_owned()))
        .collect();
    one["groups"] = groups.into();
    one
}

/// Runs the containment and kills it when the journal has so many lines.
/// Answers how many it had when it was dead; none where it came to its end.
fn killed_at(account: &Account, case: &str, wanted: usize) -> Option<usize> {
    let journal = account.cases().join(case).join("journal.jsonl");
    let arguments =
        ["remediate", "compromised-instance", WEB, "--execute", "--confirm", WEB, "--case", case, "--reason", "drill"];
    let mut child = account.command(&arguments).spawn().unwrap();
    #[expect(clippy::disallowed_methods, reason = "another process is waited for")]
    let began = Instant::now();
    while lines(&journal) < wanted {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "it failed before it had {wanted} lines: {status}");
            return None;
        }
        assert!(began.elapsed() < PATIENCE, "no line {wanted}");
        std::thread::sleep(Duration::from_micros(200));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    Some(lines(&journal))
}

/// What a summary says of each step, by its id.
fn steps(summary: &Value) -> Vec<(String, String)> {
    let steps = summary["steps"].as_array().unwrap();
    steps.iter().map(|step| (step["id"].as_str().unwrap().into(), step["status"].as_str().unwrap().into())).collect()
}

/// Each step that is said to be done is so, and each that is said not to be is not.
fn assert_true(account: &Account, summary: &Value, before: &Value, at: usize) {
    let now = state(account);
    let differs = |key: &str| now[key] != before[key];
    for (id, status) in steps(summary) {
        let changed = match id.as_str() {
            "protect" => differs("disableApiTermination"),
            "shutdown" => differs("instanceInitiatedShutdownBehavior"),
            "profile" => differs("profile"),
            "isolate" => differs("groups"),
            _ => continue,
        };
        match status.as_str() {
            "done" => assert!(changed, "killed after {at} lines, {id} is said to be done\n{now:#}"),
            "pending" => assert!(!changed, "killed after {at} lines, {id} is said not to be done\n{now:#}"),
            // One interface or only the group is there: what it says of each object is looked at by the unit tests.
            "partly" | "already" => {}
            other => panic!("killed after {at} lines, {id} is {other} once the state was read"),
        }
    }
}

/// Kills at one point, and holds what the next starts say and do against the
/// account. Answers at which line it was dead; none where there is no such line.
fn kill_and_go_on(account: &Account, before: &Value, wanted: usize) -> Option<usize> {
    let case = format!("kill-{wanted}");
    let case = case.as_str();
    let Some(at) = killed_at(account, case, wanted) else {
        let undone = account.stanch(&["undo", case, "--confirm", WEB]);
        assert!(undone.status.success(), "{}", said(&undone));
        return None;
    };
    let verified = account.stanch(&["cases", "verify", case]);
    assert!(verified.status.success(), "killed after {at} lines\n{}", said(&verified));

    let from = account.so_far();
    let told = account.stanch(&["cases", "resume", case, "--json"]);
    assert!(told.status.success(), "killed after {at} lines\n{}", said(&told));
    assert_eq!(account.writes(from), Vec::<String>::new(), "finding out changes nothing");
    // Where not even the plan was written there is nothing to tell.
    let summary: Value = serde_json::from_slice(&told.stdout).unwrap_or_else(|_| json!({"steps": []}));
    assert_true(account, &summary, before, at);

    if at % 2 == 0 && !summary["steps"].as_array().unwrap().is_empty() {
        let done = account.stanch(&["cases", "resume", case, "--execute", "--confirm", WEB, "--json"]);
        assert!(done.status.success(), "killed after {at} lines\n{}", said(&done));
        let done: Value = serde_json::from_slice(&done.stdout).unwrap();
        let verify = steps(&done).into_iter().find(|(id, _)| id == "verify").unwrap().1;
        assert_eq!(verify, "done", "killed after {at} lines\n{done:#}");
    }
    let undone = account.stanch(&["undo", case, "--confirm", WEB, "--json"]);
    assert!(undone.status.success(), "killed after {at} lines\n{}", said(&undone));
    let now = state(account);
    assert_eq!(&now, before, "killed after {at} lines, and taken back");
    let verified = account.stanch(&["cases", "verify", case]);
    assert!(verified.status.success(), "{}", said(&verified));
    Some(at)
}

/// Every point is gone through where this is set; else every fifth, from the first.
const EVERY: &str = "STANCH_KILL_EVERY";
/// Accounts that are gone through side by side: most of the time is spent waiting.
const LANES: usize = 5;

#[test]
fn killed_between_any_two_lines_of_the_journal_the_next_start_tells_the_truth_and_goes_on_or_back() {
    let stride: usize = std::env::var(EVERY).ok().and_then(|text| text.parse().ok()).unwrap_or(5);
    let lane = |first: usize| {
        let account = Account::open(60.0);
        // An answer takes its time, so that a kill finds the program between two lines.
        account.sim.inject(Fault { milliseconds: 25, ..Fault::on("*", "*", Effect::Latency) });
        let before = state(&account);
        let mut hit = BTreeSet::new();
        for wanted in (first..).step_by(stride * LANES) {
            match kill_and_go_on(&account, &before, wanted) {
                Some(at) => hit.insert(at),
                None => return (hit, wanted),
            };
        }
        (hit, usize::MAX)
    };
    let (mut hit, mut end) = (BTreeSet::new(), 0);
    std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES).map(|n| scope.spawn(move || lane(1 + n * stride))).collect();
        for lane in lanes {
            let (more, past) = lane.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            hit.extend(more);
            end = end.max(past);
        }
    });
    assert!(end > 60, "the journal of a containment is longer than {end} lines");
    assert!(hit.len() * stride * 3 > end, "of {end} lines these were hit: {hit:?}");
    println!("killed after each of {} of {end} lines: {hit:?}", hit.len());
}
