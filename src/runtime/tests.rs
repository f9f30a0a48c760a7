//! The runtime headless, in paused time: the clock moves on when nothing is left to do.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures_util::{FutureExt as _, Stream, stream};
use jiff::{SignedDuration, Timestamp};
use ratatui::backend::TestBackend;
use ratatui::{Frame, Terminal};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::cycle::{Broken, Cycle};
use super::escape::Manner;
use super::hands::Hands;
use super::screen::Surface;
use super::signals::Wish;
use super::{Clock, End, News};
use crate::app::Model;
use crate::app::effect::Effect;
use crate::app::message::Message;
use crate::app::settings::{Mode, Settings, Start};
use crate::detect::RuleSet;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::inventory::Inventory;
use crate::domain::scope::{Caller, Scope};
use crate::domain::window::Window;
use crate::port::{Connected, Fleet, Identity, Lookup, Page, Pending, Ports, Trail};
use crate::respond::playbook::Catalogue;
use crate::view::theme::{Depth, Theme};

/// A surface in memory that counts what is done to it.
struct Memory {
    terminal: Terminal<TestBackend>,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    frames: AtomicUsize,
    held: AtomicUsize,
    left: AtomicUsize,
}

impl Surface for Memory {
    fn frame(&mut self, draw: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
        self.seen.frames.fetch_add(1, Ordering::Relaxed);
        self.terminal.draw(|frame| draw(frame)).map(|_| ()).map_err(io::Error::other)
    }
    fn send(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }
    fn clear(&mut self) -> io::Result<()> {
        Ok(())
    }
    fn leave(&mut self) -> io::Result<()> {
        self.seen.left.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
    fn enter(&mut self) -> io::Result<()> {
        self.seen.held.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// The simulated instant at which the tests begin: no minute turns within ten seconds.
fn start() -> Timestamp {
    "2026-11-24T14:02:07Z".parse().unwrap()
}

/// The clock of paused time.
fn clock() -> Clock {
    let (began, from) = (tokio::time::Instant::now(), start());
    Clock::of(move || from + SignedDuration::try_from(began.elapsed()).unwrap(), 1.0)
}

/// A console in memory with its means.
struct Desk {
    cycle: Cycle<Memory>,
    seen: Arc<Seen>,
    hands: Hands,
    news: mpsc::Receiver<News>,
    inbox: mpsc::Sender<News>,
}

fn desk() -> Desk {
    let model = Model::new(Start {
        mode: Mode::Live,
        now: start(),
        size: (120, 40),
        scopes: Vec::new(),
        endpoint: None,
        settings: Settings::default(),
        catalogue: Arc::new(Catalogue::builtin()),
    });
    let seen = Arc::new(Seen::default());
    let surface = Memory { terminal: Terminal::new(TestBackend::new(120, 40)).unwrap(), seen: Arc::clone(&seen) };
    let theme = Theme::builtin("dark", Depth::Indexed256, false).unwrap();
    let (inbox, news) = mpsc::channel(super::INBOX);
    let docket = super::docket::Docket::new(std::path::PathBuf::from("/nonexistent"), None);
    let hands = Hands::new(inbox.clone(), clock(), RuleSet::builtin(), Window::HOUR.until(start()), docket);
    let cycle = Cycle::new(model, surface, theme, clock(), Manner::default());
    Desk { cycle, seen, hands, news, inbox }
}

impl Desk {
    /// Runs for so long, as its clock goes, or until it ends by itself.
    async fn run(
        &mut self,
        length: Duration,
        terminal: impl Stream<Item = io::Result<Event>> + Unpin,
        signals: impl Stream<Item = Wish> + Unpin,
    ) -> Option<Result<End, Broken>> {
        timeout(length, self.cycle.run(terminal, signals, &mut self.news, &mut self.hands)).await.ok()
    }

    fn frames(&self) -> usize {
        self.seen.frames.load(Ordering::Relaxed)
    }

    /// Runs until the console has come to rest, and forgets the frames so far.
    async fn settle(&mut self) {
        self.run(Duration::from_secs(2), stream::pending(), stream::pending()).await;
        self.seen.frames.store(0, Ordering::Relaxed);
    }

    async fn send(&self, message: Message) {
        assert!(self.inbox.send(News::Message(message)).await.is_ok());
    }
}

fn key(c: char) -> Event {
    Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE))
}

/// Sends these, then nothing more, without ending.
fn typed(events: Vec<Event>) -> impl Stream<Item = io::Result<Event>> + Unpin {
    use futures_util::StreamExt as _;
    stream::iter(events.into_iter().map(Ok)).chain(stream::pending())
}

#[tokio::test(start_paused = true)]
async fn an_idle_console_draws_nothing() {
    let mut desk = desk();
    desk.settle().await;
    desk.run(Duration::from_secs(10), stream::pending(), stream::pending()).await;
    assert_eq!(desk.frames(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_idle_console_that_is_connected_draws_nothing_either() {
    let mut desk = desk();
    let (ports, asked) = ports();
    assert!(desk.inbox.send(News::Connected(Connected { ports: vec![ports], ..Connected::default() })).await.is_ok());
    desk.settle().await;
    let before = asked.load(Ordering::Relaxed);
    let minute = |second: i64| (start().as_second() + second).div_euclid(60);
    desk.run(Duration::from_secs(40), stream::pending(), stream::pending()).await;
    assert!(asked.load(Ordering::Relaxed) > before, "it goes on to ask");
    // The clock of the header shows minutes: a new one is all there is to draw.
    let minutes = usize::try_from(minute(42) - minute(2)).unwrap();
    assert_eq!(desk.frames(), minutes);
}

#[tokio::test(start_paused = true)]
async fn a_key_press_leads_to_one_frame() {
    let mut desk = desk();
    desk.settle().await;
    desk.run(Duration::from_secs(1), typed(vec![key('?')]), stream::pending()).await;
    assert_eq!(desk.frames(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_messages_leads_to_one_frame() {
    let mut desk = desk();
    desk.settle().await;
    for number in 0..50 {
        desk.send(Message::Notice { text: format!("notice {number}"), bad: false }).await;
    }
    desk.run(Duration::from_millis(100), stream::pending(), stream::pending()).await;
    assert_eq!(desk.frames(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stale_answer_is_dropped() {
    let mut desk = desk();
    desk.settle().await;
    desk.send(Message::Filtered { generation: u64::MAX, slots: Vec::new(), bars: Vec::new() }).await;
    desk.run(Duration::from_secs(1), stream::pending(), stream::pending()).await;
    assert_eq!(desk.frames(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_task_ends_the_program_with_what_it_said() {
    let mut desk = desk();
    desk.settle().await;
    desk.hands.tasks.spawn(async { panic!("the sky fell") });
    let end = desk.run(Duration::from_secs(10), stream::pending(), stream::pending()).await;
    match end {
        Some(Err(Broken::Panicked(text))) => assert_eq!(text, "the sky fell"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_on_another_thread_ends_the_program_too() {
    let mut desk = desk();
    desk.settle().await;
    desk.hands.tasks.spawn(async {
        super::finished(tokio::task::spawn_blocking(|| panic!("down below")).await);
    });
    let end = desk.run(Duration::from_secs(10), stream::pending(), stream::pending()).await;
    assert!(matches!(end, Some(Err(Broken::Panicked(text))) if text == "down below"));
}

#[tokio::test(start_paused = true)]
async fn q_and_signals_end_it() {
    let mut desk = desk();
    assert!(matches!(
        desk.run(Duration::from_secs(1), typed(vec![key('q')]), stream::pending()).await,
        Some(Ok(End::Quit))
    ));
    for (wish, end) in [(Wish::End, End::Signal), (Wish::HungUp, End::HungUp)] {
        let mut desk = self::desk();
        let ended = desk.run(Duration::from_secs(1), stream::pending(), stream::iter([wish])).await;
        assert!(matches!(ended, Some(Ok(told)) if told == end));
    }
}

#[tokio::test(start_paused = true)]
async fn being_continued_takes_the_terminal_again_and_draws_it_whole() {
    let mut desk = desk();
    desk.settle().await;
    desk.run(Duration::from_secs(1), stream::pending(), stream::iter([Wish::Continue])).await;
    assert_eq!((desk.seen.left.load(Ordering::Relaxed), desk.seen.held.load(Ordering::Relaxed)), (1, 1));
    assert_eq!(desk.frames(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_connection_is_told_and_tried_again_until_it_is_mended() {
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let connect: super::Connect = Arc::new(move |_| {
        let number = counted.fetch_add(1, Ordering::Relaxed);
        async move {
            if number < 3 {
                return Err(Fault::new(FaultKind::Expired, "sts:GetCallerIdentity", "expired"));
            }
            Ok(Connected { ports: vec![ports().0], ..Connected::default() })
        }
        .boxed()
    });
    let (inbox, mut news) = mpsc::channel(16);
    super::connect::reach(connect, clock(), inbox).await;
    let mut told = Vec::new();
    while let Some(news) = news.recv().await {
        told.push(match news {
            News::Connected(_) => "connected",
            News::Message(Message::Fault { .. }) => "fault",
            News::Message(Message::Mended { .. }) => "mended",
            News::Message(_) => "other",
        });
    }
    assert_eq!(told, ["fault", "fault", "fault", "connected", "mended"]);
}

#[tokio::test(start_paused = true)]
async fn a_failing_trail_is_asked_more_and_more_seldom() {
    let (inbox, mut news) = mpsc::channel(1024);
    let asked = Arc::new(AtomicUsize::new(0));
    let trail = Arc::new(Failing { asked: Arc::clone(&asked) });
    let window = Window::HOUR.until(start());
    let watch = super::events::watch(
        crate::app::scopes::ScopeId(0),
        trail,
        window,
        clock(),
        Arc::new(super::tray::Tray::new()),
        inbox,
    );
    let _ = timeout(Duration::from_mins(1), watch).await;
    assert!((4..10).contains(&asked.load(Ordering::Relaxed)), "{asked:?}");
    assert!(matches!(news.try_recv(), Ok(News::Message(Message::Fault { .. }))));
}

struct Failing {
    asked: Arc<AtomicUsize>,
}

impl Trail for Failing {
    fn lookup(&self, _: Lookup) -> Pending<'_, Page> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        async { Err(Fault::new(FaultKind::Network, "cloudtrail:LookupEvents", "refused")) }.boxed()
    }
}

#[tokio::test(start_paused = true)]
async fn the_state_of_a_scope_that_is_there_for_its_events_is_read_once_an_instance_is_looked_at() {
    let mut desk = desk();
    let fleet = Empty::default();
    let asked = Arc::clone(&fleet.asked);
    let ports = Ports { fleet: Arc::new(fleet), ..ports().0 };
    desk.hands.connected(Connected { ports: vec![ports], ..Connected::default() });
    desk.settle().await;
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    for generation in 1..=2 {
        let scope = crate::app::scopes::ScopeId(0);
        desk.hands.carry_out(Effect::ReadInstance { scope, id: "i-1".into(), generation });
        desk.settle().await;
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1, "and by one reader, from then on each minute");
    desk.run(Duration::from_mins(1), stream::pending(), stream::pending()).await;
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

/// A quiet account: no events, no instances.
#[derive(Default)]
struct Quiet {
    asked: Arc<AtomicUsize>,
}

impl Trail for Quiet {
    fn lookup(&self, _: Lookup) -> Pending<'_, Page> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        async { Ok(Page::default()) }.boxed()
    }
}

#[derive(Default)]
struct Empty {
    asked: Arc<AtomicUsize>,
}

impl Fleet for Empty {
    fn inventory(&self) -> Pending<'_, Inventory> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        async { Ok(Inventory::default()) }.boxed()
    }
    fn instance<'a>(&'a self, _: &'a str) -> Pending<'a, Inventory> {
        async { Ok(Inventory::default()) }.boxed()
    }
    fn console_output<'a>(&'a self, _: &'a str) -> Pending<'a, String> {
        async { Ok(String::new()) }.boxed()
    }
    fn regions(&self) -> Pending<'_, Vec<String>> {
        async { Ok(Vec::new()) }.boxed()
    }
}

impl Identity for Empty {
    fn caller(&self) -> Pending<'_, Caller> {
        async { Ok(caller()) }.boxed()
    }
}

fn caller() -> Caller {
    Caller {
        account: "123456789012".into(),
        arn: "arn:aws:sts::123456789012:assumed-role/OnCall/alice".into(),
        user_id: "AROA:alice".into(),
        alias: None,
    }
}

/// The ports of a quiet account, and how often its trail was asked.
fn ports() -> (Ports, Arc<AtomicUsize>) {
    let quiet = Quiet::default();
    let asked = Arc::clone(&quiet.asked);
    (ports_over(Arc::new(quiet)), asked)
}

fn ports_over(trail: Arc<dyn Trail>) -> Ports {
    let scope = Scope { profile: None, region: "eu-west-1".into(), caller: caller() };
    Ports {
        scope,
        trail,
        fleet: Arc::new(Empty::default()),
        identity: Arc::new(Empty::default()),
        watch_fleet: false,
        arm: Arc::new(|| unreachable!("nobody arms")),
    }
}
