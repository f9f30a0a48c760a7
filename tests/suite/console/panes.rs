//! Stories of the instance pane, of focus and of deadlines.

use stanch::app::instance::{PageName, View};
use stanch::app::{Effect, Message, Mode, Pane, ScopeId, Settings};
use stanch::domain::fault::{Fault, FaultKind};
use stanch::domain::inventory::Inventory;

use crate::desk::Desk;
use crate::world::{JUMP, WEB, findings, inventory, records};

#[test]
fn the_instance_follows_the_event_to_what_its_group_reaches() {
    let mut desk = Desk::full(120, 40);
    assert_eq!(desk.model.instance.reach.instances, [WEB, JUMP], "the one with a public address first");
    assert_eq!(desk.model.instance.subject.as_ref().unwrap().id, WEB);
    desk.press("tab n");
    assert_eq!(desk.model.instance.subject.as_ref().unwrap().id, JUMP);
    desk.press("esc j");
    assert_eq!(desk.model.instance.subject.as_ref().unwrap().id, WEB, "the next event names it");
}

#[test]
fn an_instance_that_stays_selected_is_read_afresh_once() {
    let mut desk = Desk::full(120, 40);
    desk.press("j");
    assert_eq!(desk.took(), Vec::<String>::new());
    assert!(desk.model.next_deadline().is_some_and(|due| due > desk.now));
    desk.wait(1);
    assert_eq!(desk.took(), [format!("ReadInstance {WEB}")]);
    desk.wait(1);
    assert_eq!(desk.took(), Vec::<String>::new());
}

#[test]
fn a_stale_reading_is_dropped_and_a_failed_one_is_told_in_the_pane() {
    let mut desk = Desk::full(120, 40);
    desk.press("tab R");
    let Some(Effect::ReadInstance { generation, .. }) = desk.effects.pop() else { panic!("R reads") };
    let fault = || Fault::new(FaultKind::Denied, "ec2:DescribeInstances", "no");
    let answer = |generation| Message::Instance { scope: ScopeId(0), id: WEB.into(), generation, result: Err(fault()) };
    desk.send(answer(generation + 7));
    assert!(desk.model.instance.fault.is_none());
    desk.send(answer(generation));
    assert_eq!(desk.model.instance.fault, Some(fault()));
    desk.press("R");
    let Some(Effect::ReadInstance { generation, .. }) = desk.effects.pop() else { panic!("R reads again") };
    let result = Ok(Box::new(inventory()));
    desk.send(Message::Instance { scope: ScopeId(0), id: WEB.into(), generation, result });
    assert!(desk.model.instance.fault.is_none(), "it mends itself");
}

#[test]
fn of_an_instance_that_was_read_alone_nothing_is_said_that_only_the_whole_tells() {
    let mut desk = Desk::empty(200, 50);
    desk.send(Message::Events { scope: ScopeId(0), raws: records() });
    desk.send(Message::Detected { findings: findings() });
    desk.press("j").wait(1);
    let asked = desk.effects.iter().find_map(|effect| match effect {
        Effect::ReadInstance { id, generation, .. } if id == WEB => Some(*generation),
        _ => None,
    });
    let mut whole = inventory();
    let part = Inventory {
        instances: whole.instances.clone().into_iter().filter(|(id, _)| id == WEB).collect(),
        surroundings: std::mem::take(&mut whole.surroundings),
        ..Inventory::default()
    };
    assert!(part.surroundings.contains_key(WEB));
    let answer = Ok(Box::new(part));
    desk.send(Message::Instance { scope: ScopeId(0), id: WEB.into(), generation: asked.unwrap(), result: answer });
    let shown = |desk: &Desk| desk.model.instance.lines.iter().map(|line| line.text() + "\n").collect::<String>();
    assert!(shown(&desk).contains("Reading EC2 state of eu-west-1"), "{}", shown(&desk));
    desk.press("r enter");
    assert!(desk.model.remediation.plan.is_none());

    desk.send(Message::Inventory { scope: ScopeId(0), result: Ok(Box::new(whole)) });
    assert!(shown(&desk).contains("internet → 22/tcp"), "{}", shown(&desk));
    let known = desk.model.scopes.inventory(ScopeId(0)).unwrap();
    assert!(known.surroundings.contains_key(WEB), "what was read before is kept");
    assert_eq!(known.account, inventory().account);
}

#[test]
fn an_image_is_said_to_be_gone_only_where_that_is_known() {
    let image = |change: &dyn Fn(&mut Inventory)| {
        let mut desk = Desk::empty(200, 50);
        let mut inventory = inventory();
        inventory.images.clear();
        change(&mut inventory);
        desk.send(Message::Inventory { scope: ScopeId(0), result: Ok(Box::new(inventory)) });
        desk.send(Message::Events { scope: ScopeId(0), raws: records() });
        desk.press("j");
        let lines: Vec<String> = desk.model.instance.lines.iter().map(stanch::app::prose::Line::text).collect();
        lines.into_iter().find(|line| line.starts_with("Image")).unwrap()
    };
    assert!(image(&|_| ()).contains("no longer exists"));
    let denied = Fault::new(FaultKind::Denied, "ec2:DescribeImages", "no");
    let unread = image(&|inventory| {
        inventory.missing.insert("ec2:DescribeImages".into(), denied.clone());
    });
    assert!(unread.contains("images could not be read"), "{unread}");
    let new = image(&|inventory| {
        inventory.instances.get_mut(WEB).unwrap().launched = Some(crate::world::at("14:01:30"));
    });
    assert!(new.contains("has not been read yet"), "{new}");
}

#[test]
fn h_and_l_turn_the_pages_round_and_the_console_page_reads_its_output() {
    let mut desk = Desk::full(120, 40);
    desk.press("tab l");
    assert_eq!(desk.model.instance.page, PageName::Network);
    desk.press("h h");
    assert_eq!(desk.model.instance.page, PageName::Console);
    assert_eq!(desk.took(), [format!("ReadConsoleOutput {WEB}")]);
}

#[test]
fn every_page_says_something_true_of_the_instance() {
    for (presses, wanted) in [
        ("", "internet → 22/tcp"),
        ("l", "22/tcp from the whole internet"),
        ("l l", "not encrypted"),
        ("l l l", "metadata answers without a token"),
        ("l l l l", "ModifyInstanceAttribute"),
        ("l l l l l", "the network ACL lets it in"),
        ("l l l l l l", "team = web"),
    ] {
        let mut desk = Desk::full(200, 50);
        desk.press("tab").press(presses);
        let text: String = desk.model.instance.lines.iter().map(|line| line.text() + "\n").collect();
        assert!(text.contains(wanted), "'{wanted}' after '{presses}' in\n{text}");
    }
}

#[test]
fn the_list_of_instances_has_the_exposed_one_first_and_enter_picks() {
    let mut desk = Desk::full(120, 40);
    desk.press("I");
    assert_eq!((desk.model.focus, desk.model.instance.view), (Pane::Instance, View::All));
    assert_eq!(desk.model.instance.list.entries[0].id, WEB);
    assert_eq!(desk.model.instance.list.entries[0].findings.map(|(_, count)| count), Some(1));
    desk.press("j enter");
    assert_eq!(desk.model.instance.view, View::One);
    assert_ne!(desk.model.instance.subject.as_ref().unwrap().id, WEB);
}

#[test]
fn tab_goes_round_the_panes_and_esc_comes_back_to_the_events() {
    let mut desk = Desk::full(120, 40);
    desk.press("tab tab");
    assert_eq!(desk.model.focus, Pane::Remediation);
    desk.press("shift-tab z");
    assert_eq!((desk.model.focus, desk.model.zoom), (Pane::Instance, true));
    desk.press("esc esc");
    assert_eq!((desk.model.focus, desk.model.zoom), (Pane::Events, false));
    desk.press("esc");
    assert_eq!(desk.took(), Vec::<String>::new(), "esc never quits");
    desk.press("q");
    assert_eq!(desk.took(), ["Quit"]);
}

#[test]
fn a_console_at_rest_wakes_for_the_minute_and_draws_nothing_between() {
    let mut desk = Desk::full(120, 40);
    desk.wait(1);
    desk.took();
    let version = desk.model.version();
    desk.wait(10);
    assert_eq!(desk.model.version(), version);
    assert_eq!(desk.model.next_deadline(), Some("2026-11-24T14:03:00Z".parse().unwrap()));
    desk.wait(60);
    assert_ne!(desk.model.version(), version);
    let recorded = Desk::start(Mode::Recorded, 120, 40, Settings::default());
    assert_eq!(recorded.model.next_deadline(), None);
}

#[test]
fn redraw_suspend_and_quit_are_effects() {
    let mut desk = Desk::full(120, 40);
    desk.press("ctrl-l ctrl-z ctrl-c");
    assert_eq!(desk.took(), ["Redraw", "Suspend", "Quit"]);
    desk.press("/").press("ctrl-c");
    assert_eq!(desk.took(), ["Quit"], "ctrl-c quits from a text field too");
}

#[test]
fn the_suggestions_follow_what_is_looked_at_and_say_nothing_untrue_of_it() {
    let mut desk = Desk::full(120, 40);
    let offered = |desk: &Desk| {
        let all = desk.model.remediation.suggestions.iter();
        all.map(|one| (one.playbook.clone(), one.target.id.clone(), one.why.clone())).collect::<Vec<_>>()
    };
    let instances = |desk: &Desk| -> Vec<String> {
        let all = offered(desk).into_iter().filter(|(playbook, ..)| playbook == "compromised-instance");
        all.map(|(_, target, _)| target).collect()
    };
    assert_eq!(instances(&desk), [WEB, JUMP]);
    for keys in ["tab", "n", "r", "esc"] {
        desk.press(keys);
        let all = offered(&desk);
        assert!(all.iter().any(|(playbook, ..)| playbook == "leaked-key"), "after {keys}: {all:?}");
    }
    assert_eq!(instances(&desk), [JUMP, WEB], "the one that is shown comes first");

    // An event that touches no instance gives no reason to contain one.
    while desk.selected() != "StopLogging" {
        desk.press("j");
    }
    assert!(desk.model.instance.subject.is_none());
    desk.press("I G enter");
    let why: Vec<String> = offered(&desk).into_iter().map(|(_, _, why)| why).collect();
    assert_eq!(why, ["it contains any instance"]);
    desk.press("r");
    assert_eq!(offered(&desk).into_iter().map(|(_, _, why)| why).collect::<Vec<_>>(), why);
}
