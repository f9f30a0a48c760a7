//! The commands that read cases.

use serde_json::json;
use stanch::case::Case;

use super::Machine;

#[test]
fn a_case_is_read_also_while_a_console_has_it_open() {
    let machine = Machine::new();
    let root = machine.home.path().join("state/stanch/cases");
    let mut case = Case::create(&root, "c-1").unwrap();
    let now = "2026-11-24T14:02:07Z".parse().unwrap();
    let cli = "aws ec2 stop-instances --instance-ids i-0abc12de34f567890 --region eu-west-1";
    let long = "a reason that is told whole ".repeat(20);
    case.append(now, "arn:aws:iam::1:user/ada", "note", json!({"text": long}), Some(cli)).unwrap();
    for (arguments, wanted) in [
        (&["cases", "report", "c-1"][..], long.trim_end()),
        (&["cases", "show", "c-1"], long.trim_end()),
        (&["cases", "show", "c-1"], cli),
        (&["cases", "verify", "c-1"], "every hash holds"),
        (&["cases", "list"], "in use"),
    ] {
        let run = machine.run(arguments);
        assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.err);
        assert!(run.out.contains(wanted), "{arguments:?}: {}", run.out);
        assert_eq!(run.err.contains("in use by another stanch"), arguments[1] != "list", "{}", run.err);
    }
    assert!(!machine.run(&["cases", "show", "c-1"]).out.contains('{'), "words, and no JSON");
    assert!(root.join("c-1/report.md").is_file(), "the report is in the case");

    drop(case);
    let run = machine.run(&["cases", "report", "c-1"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
}
