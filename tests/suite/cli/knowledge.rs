//! What the program knows: cards, playbooks, and the policies that they need.

use super::{Machine, root};

#[test]
fn explain_prints_the_card_and_derives_one_where_there_is_none() {
    let machine = Machine::new();
    let card = machine.run(&["explain", "detachclassiclinkvpc"]);
    assert_eq!(card.code, Some(0));
    for part in
        ["ClassicLink did not bypass security groups", "retired in August 2022", "aws ec2 attach-classic-link-vpc"]
    {
        assert!(card.out.contains(part), "{part}");
    }
    assert!(
        card.out.lines().all(|line| line.starts_with("aws ")
            || line.starts_with("  ")
            || line.chars().count() <= 100
            || line.contains("print(")),
        "a long line"
    );
    let derived = machine.run(&["explain", "ModifyVpcAttribute"]);
    assert!(derived.out.contains("guessed from the name"), "{}", derived.out);
    let flowing = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flowing(&derived.out).contains("its verb suggests that it changes something"), "{}", derived.out);
    let unknown = machine.run(&["explain", "NoSuchEventAtAll"]);
    assert!(flowing(&unknown.out).contains("its service is not known here"), "{}", unknown.out);
    assert!(!flowing(&unknown.out).contains("It changes something"), "{}", unknown.out);
    let hostile = machine.run(&["explain", "X\u{1b}[2J"]);
    assert!(!hostile.out.contains('\u{1b}'), "{}", hostile.out);
}

#[test]
fn the_catalogue_is_listed_and_a_user_s_playbook_takes_the_place_of_one() {
    let machine = Machine::new();
    let list = machine.run(&["playbooks"]);
    assert_eq!(list.code, Some(0), "{}", list.err);
    assert!(list.out.contains("compromised-instance"));
    let one = machine.run(&["playbooks", "compromised-instance"]);
    assert!(one.out.contains("isolate-network, disruptive") && one.out.contains("only when named"), "{}", one.out);
    let unknown = machine.run(&["playbooks", "nothing"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err.contains("compromised-instance"), "{}", unknown.err);

    let own = std::fs::read_to_string(root().join("assets/playbooks/compromised-instance.toml")).unwrap();
    machine.write("config/stanch/playbooks/a.toml", &own.replace("Contain a compromised instance", "Our own way"));
    machine.write("config/stanch/playbooks/b.toml", "name = 7\n");
    let list = machine.run(&["playbooks"]);
    assert!(list.out.contains("Our own way"), "{}", list.out);
    assert!(list.err.contains("b.toml:1"), "{}", list.err);
}

#[test]
fn policies_are_json_and_reading_changes_nothing() {
    let machine = Machine::new();
    let reading: serde_json::Value = serde_json::from_str(&machine.run(&["policy"]).out).unwrap();
    for action in reading["Statement"][0]["Action"].as_array().unwrap() {
        let verb = action.as_str().unwrap().split_once(':').unwrap().1;
        assert!(["Describe", "Get", "List", "Lookup"].iter().any(|read| verb.starts_with(read)), "{verb}");
    }
    let containing: serde_json::Value =
        serde_json::from_str(&machine.run(&["policy", "compromised-instance"]).out).unwrap();
    let text = containing.to_string();
    for action in ["ec2:ModifyNetworkInterfaceAttribute", "ec2:CreateSnapshots", "iam:PassedToService"] {
        assert!(text.contains(action), "{action}");
    }
}

#[test]
fn the_policy_for_reading_names_every_call_that_reading_makes() {
    let policy = Machine::new().run(&["policy"]).out;
    let source = std::fs::read_to_string(root().join("src/aws/fleet.rs")).unwrap();
    let mut called = 0;
    for word in source.split(|c: char| !c.is_alphanumeric()).filter(|word| word.starts_with("Describe")) {
        let action = word.trim_end_matches("Output");
        if action.len() > "Describe".len() {
            called += 1;
            assert!(policy.contains(&format!("\"ec2:{action}\"")), "ec2:{action} is missing");
        }
    }
    assert!(called > 5, "{called}");
}
