//! Guardrails of the configuration, for what is done and for its undo.

use serde_json::Value;

use super::Account;

impl Account {
    /// Denies a remedy, as the configuration does.
    fn denies(&self, remedy: &str) {
        let folder = self.home.path().join("config/stanch");
        std::fs::create_dir_all(&folder).unwrap();
        let rail = format!("[[guardrails]]\nremedy = \"{remedy}\"\naction = \"deny\"\nreason = \"change freeze\"\n");
        std::fs::write(folder.join("config.toml"), rail).unwrap();
    }

    /// A running instance that is not protected from termination.
    fn unprotected(&self) -> String {
        let instances = self.json_lines(&["instances", "--jsonl", "--region", "eu-west-1"]);
        let running = instances.iter().filter(|one| one["state"] == "running").map(|one| one["id"].as_str().unwrap());
        let protects = |id: &&str| {
            let (_, out, _) = self.run(&["remediate", "compromised-instance", id, "--json"]);
            let plan: Value = serde_json::from_str(&out).unwrap();
            let mut steps = plan["steps"].as_array().unwrap().iter();
            steps.any(|step| step["id"] == "protect" && step["calls"].as_array().is_some_and(|calls| !calls.is_empty()))
        };
        running.into_iter().find(protects).unwrap().to_owned()
    }
}

#[test]
fn protection_is_turned_off_again_where_nobody_may_terminate() {
    let (account, _) = Account::hurried();
    let target = account.unprotected();
    account.denies("terminate");
    account.contains(&target, "protect", "g1");
    let (code, out, err) = account.run(&["undo", "g1", "--confirm", &target]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains(&format!("{target} termination protection: undone")), "{out}");
    let terminate = ["remediate", "compromised-instance", &target, "--execute", "--confirm", &target];
    let (code, _, err) = account.run(&[&terminate[..], &["--steps", "snapshot,terminate", "--case", "g1"]].concat());
    assert!(code != 0 && err.contains("change freeze"), "{err}");
    assert_eq!(account.state(&target), "running");
}

#[test]
fn revoked_rules_are_put_back_where_nobody_may_authorize_others() {
    let (account, _) = Account::hurried();
    account.denies("authorize-rules");
    let exposed = account.json_lines(&["instances", "--jsonl", "--exposed", "--region", "eu-west-1"]);
    let rule = exposed[0]["exposure"][0]["rule"].as_str().unwrap();
    let plan = ["remediate", "open-security-groups", rule];
    let (_, out, _) = account.run(&plan);
    assert!(out.contains("undo  put the rule back"), "{out}");
    let (code, out, err) = account.run(&[&plan[..], &["--execute", "--confirm", rule, "--case", "g2"]].concat());
    assert_eq!(code, 0, "{out}{err}");
    let is_open = || {
        let exposed = account.json_lines(&["instances", "--jsonl", "--exposed", "--region", "eu-west-1"]);
        let ports = |one: &Value| one["exposure"].as_array().map_or(0, Vec::len);
        exposed.iter().map(ports).sum::<usize>()
    };
    let closed = is_open();
    let (code, out, err) = account.run(&["undo", "g2", "--confirm", rule]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(is_open() > closed, "the rule is back");
}
