//! Sigma rules by the hundred, in the shapes that public CloudTrail rules have:
//! names and sources, lists of names, substrings, parameters, filters.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use super::generate::templates;

/// Writes so many rules into a folder; for none, one that nothing can match. A
/// tenth of them is about calls that the logs hold, as it is with public rules.
pub fn generate(folder: &Path, count: usize) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let calls = calls();
    if count == 0 {
        return fs::write(folder.join("none.yml"), rule(0, "nothing.amazonaws.com", "NothingHappens"));
    }
    for number in 0..count {
        let (source, name) = &calls[number * 7 % calls.len()];
        let known = number.is_multiple_of(10);
        let name = if known { name.clone() } else { format!("{name}V{number}") };
        fs::write(folder.join(format!("rule-{number:04}.yml")), rule(number, source, &name))?;
    }
    Ok(())
}

/// The calls of the recorded logs: source and name.
fn calls() -> Vec<(String, String)> {
    let text = |record: &serde_json::Value, key: &str| record[key].as_str().unwrap_or_default().to_owned();
    let records = templates();
    let read = |record: &String| serde_json::from_str::<serde_json::Value>(record).unwrap();
    let calls: BTreeSet<(String, String)> =
        records.iter().map(read).map(|record| (text(&record, "eventSource"), text(&record, "eventName"))).collect();
    calls.into_iter().collect()
}

fn rule(number: usize, source: &str, name: &str) -> String {
    let mut out = format!(
        "title: Generated {number}\nid: 00000000-0000-4000-8000-{number:012}\nstatus: test\n\
         logsource:\n  product: aws\n  service: cloudtrail\nlevel: low\ndetection:\n"
    );
    // Nearly all public rules name their calls; one in thirty only begins one.
    let shape = if number % 30 == 4 {
        4
    } else if number % 6 == 4 {
        0
    } else {
        number % 6
    };
    let logic = match shape {
        0 => format!("  selection:\n    eventSource: {source}\n    eventName: {name}\n  condition: selection\n"),
        1 => format!(
            "  selection:\n    eventSource: {source}\n    eventName:\n      - {name}\n      - Put{name}\n      - Delete{name}\n\
             \x20 filter:\n    userAgent|contains: terraform\n  condition: selection and not filter\n"
        ),
        2 => format!(
            "  selection:\n    eventName: {name}\n    requestParameters.attribute: userData\n  condition: selection\n"
        ),
        3 => format!("  selection:\n    eventName: {name}\n    errorCode|contains: Denied\n  condition: selection\n"),
        4 => format!(
            "  selection:\n    eventSource: {source}\n    eventName|startswith: {name}\n  condition: selection\n"
        ),
        _ => format!(
            "  one:\n    eventSource: {source}\n    eventName: {name}\n  two:\n    userIdentity.type: Root\n\
             \x20 filter_service:\n    userIdentity.invokedBy|endswith: amazonaws.com\n\
             \x20 condition: 1 of one* and not 1 of filter_*\n"
        ),
    };
    let _ = write!(out, "{logic}");
    out
}
