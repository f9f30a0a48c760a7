//! The whole containment by keyboard over the wire, and everything taken back:
//! the account is as it was, field by field, but for the snapshots.

use crate::account::{Account, WEB, said};
use crate::facts::{difference, facts, settled};
use crate::hands::{ENTER, arm, go_through, select, take_back, worst_alone};
use crate::pty::Console;

#[test]
fn after_a_containment_and_its_undo_every_field_of_the_account_is_as_before_but_for_snapshots() {
    let account = Account::still(20.0);
    let environment = account.environment();
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let before = facts(&account);
    let mut console = Console::start_with(&["--write"], 170, 50, &environment);
    console.wait_text("CRIT");
    worst_alone(&mut console);
    // A plan needs the state: with it comes the name.
    console.wait_text(&format!("Instance {WEB}  web-7"));
    console.press("r");
    console.wait_text("compromised-instance");
    select(&mut console, "j", "compromised-instance");
    console.press(ENTER);
    console.wait_text(&format!("compromised-instance  {WEB} web-7  PLAN, nothing done yet"));
    arm(&mut console);
    go_through(&mut console);

    let contained = difference(&before, &facts(&account));
    for touched in ["groupId=", "disableApiTermination", "LifecycleState=Standby", "snapshotId=", "stanch:case"] {
        assert!(contained.iter().any(|line| line.contains(touched)), "{touched} is not among {contained:#?}");
    }
    take_back(&mut console);
    console.wait_text("6 undone");
    console.press("\x03");
    console.wait_end();
    let left = settled(&account, &before);
    let (stays, wrong): (Vec<&String>, Vec<&String>) = left.iter().partition(|line| line.starts_with("+snap-"));
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(stays.iter().any(|line| line.contains("=stanch:case")), "the snapshots stay, and say whose they are");
    let verified = account.stanch(&["cases", "verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
}
