//! The console over many events, in this process: what a key press costs up to
//! its frame, and what is sent to the terminal for it.

use std::cell::Cell;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use stanch::app::input::Input as Typed;
use stanch::app::message::Recorded;
use stanch::app::{Effect, Message, Mode, Model, Settings, Start, update};
use stanch::recorded::{Batches, Input, Options, Progress, Seen, Visitor, visit};
use stanch::respond::playbook::Catalogue;
use stanch::trail::decode::Batch;
use stanch::trail::histogram;
use stanch::view::{Depth, Theme, draw};

use super::ms;
use super::table::Table;

const SIZE: (u16, u16) = (200, 50);

/// A terminal that counts what it is sent.
struct Count(Rc<Cell<usize>>);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A terminal that shows nothing yet.
fn terminal(sent: &Rc<Cell<usize>>) -> Terminal<CrosstermBackend<Count>> {
    let viewport = Viewport::Fixed(Rect::new(0, 0, SIZE.0, SIZE.1));
    Terminal::with_options(CrosstermBackend::new(Count(Rc::clone(sent))), TerminalOptions { viewport }).unwrap()
}

/// The console as it runs, with hands that answer filters.
struct Desk {
    model: Model,
    terminal: Terminal<CrosstermBackend<Count>>,
    theme: Theme,
    sent: Rc<Cell<usize>>,
    now: Timestamp,
}

impl Desk {
    fn new() -> Self {
        let now = "2026-12-01T00:00:00Z".parse().unwrap();
        let start = Start {
            mode: Mode::Recorded,
            now,
            size: SIZE,
            scopes: Vec::new(),
            endpoint: None,
            settings: Settings::default(),
            catalogue: Arc::new(Catalogue::builtin()),
        };
        let sent = Rc::new(Cell::new(0));
        let terminal = terminal(&sent);
        Self {
            model: Model::new(start),
            terminal,
            theme: Theme::builtin("dark", Depth::True, false).unwrap(),
            sent,
            now,
        }
    }

    /// Takes a message in; answers filters, which is not the drawing thread's work.
    fn send(&mut self, message: Message) -> Duration {
        let begun = Instant::now();
        let effects = update(&mut self.model, message, self.now);
        let mut spent = begun.elapsed();
        for effect in effects {
            if let Effect::Filter { generation, query, span, bars, timeline } = effect {
                let slots = query.select_of(&timeline, self.now, &timeline.within(span));
                let bars = histogram::bars(&timeline, &slots, span, bars);
                drop(timeline);
                let begun = Instant::now();
                update(&mut self.model, Message::Filtered { generation, slots, bars }, self.now);
                spent += begun.elapsed();
            }
        }
        spent
    }

    fn frame(&mut self) -> Duration {
        let begun = Instant::now();
        let (model, theme) = (&self.model, &self.theme);
        self.terminal.draw(|frame| draw(model, theme, frame)).unwrap();
        begun.elapsed()
    }

    /// From a key press to its frame, and the bytes of it.
    fn press(&mut self, key: &str) -> (Duration, usize) {
        let chord = key.parse().unwrap();
        let taken = self.send(Message::Input(Typed::Key(chord)));
        let before = self.sent.get();
        (taken + self.frame(), self.sent.get() - before)
    }
}

/// Makes batches as small as the console takes them.
#[derive(Default)]
struct Portions(Batches);

impl Visitor for Portions {
    type Output = Batch;

    const MOST: usize = 4096;

    fn see(&mut self, record: Seen<'_>) {
        self.0.see(record);
    }

    fn waiting(&self) -> usize {
        self.0.waiting()
    }

    fn take(&mut self) -> Batch {
        self.0.take()
    }
}

/// Opens the logs and presses keys.
pub fn measure(table: &mut Table, folder: &Path, events: usize) {
    let mut desk = Desk::new();
    let mut taken = Vec::new();
    visit(&[Input::Path(folder.to_path_buf())], &Options::default(), Portions::default, &mut |progress: Progress<
        Batch,
    >| {
        if let Some(batch) = progress.output {
            let recorded = Recorded { batch, ..Recorded::default() };
            taken.push(desk.send(Message::Recorded(Box::new(recorded))));
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(desk.model.timeline.len(), events);
    let [usual, most, longest] = [50, 99, 100].map(|percent| quantile(taken.clone(), percent));
    let about = format!("99th percentile {}, longest {}", ms(most), ms(longest));
    table.add(format!("console, {events} events: to take in a batch, median"), ms(usual), about, "", None);
    desk.press("m");
    let frames: Vec<Duration> = (0..200)
        .map(|_| {
            desk.terminal = terminal(&desk.sent);
            desk.frame()
        })
        .collect();
    let frame = quantile(frames, 50);
    table.add("a whole frame at 200×50, median", ms(frame), "", "2 ms", Some(frame < Duration::from_millis(2)));
    bytes(table, &mut desk);
    let round = "j j j k ctrl-d ctrl-d ctrl-u pgdn pgup G k k ctrl-u g j f F e E tab tab tab enter j j esc x esc o j esc \
                 w j esc z z ? esc h h l + + - - [ ] : esc space space";
    let mut by_key: Vec<(&str, Vec<Duration>)> = round.split_whitespace().map(|key| (key, Vec::new())).collect();
    for _ in 0..20 {
        for (key, times) in &mut by_key {
            times.push(desk.press(key).0);
        }
    }
    let all: Vec<Duration> = by_key.iter().flat_map(|(_, times)| times.iter().copied()).collect();
    let medians: Vec<(Duration, &str)> = by_key.into_iter().map(|(key, times)| (quantile(times, 50), key)).collect();
    let (slowest, key) = medians.into_iter().max().unwrap();
    let [usual, most] = [50, 99].map(|percent| quantile(all.clone(), percent));
    let about = format!("median {}; slowest key's median {} ({key})", ms(usual), ms(slowest));
    let must = Some(most < Duration::from_millis(5));
    table.add("key press to frame, 99th percentile", ms(most), about, "5 ms", must);
    let mut typed = Vec::new();
    for _ in 0..5 {
        desk.press("/");
        for letter in "event:Run -actor:b is:w".chars() {
            typed.push(if letter == ' ' { desk.press("space").0 } else { desk.press(&letter.to_string()).0 });
        }
        desk.press("esc");
    }
    let [usual, most] = [50, 99].map(|percent| quantile(typed.clone(), percent));
    let about = format!("median {}: values are counted once", ms(usual));
    let must = Some(most < Duration::from_millis(5));
    table.add("a letter into the filter to its frame, 99th percentile", ms(most), about, "5 ms", must);
}

/// What is sent for `j`, within the screen and where the list scrolls.
fn bytes(table: &mut Table, desk: &mut Desk) {
    let mut middle = |rounds: usize| {
        let mut all: Vec<usize> = (0..rounds).map(|_| desk.press("j").1).collect();
        all.sort_unstable();
        all[rounds / 2]
    };
    let (within, scrolling) = (middle(40), middle(400));
    let reached = |bytes: usize| Some(bytes < 2048);
    table.add("bytes to the terminal for j", format!("{within} B"), "within the screen", "2 KB", reached(within));
    let about = "each row of the list is another";
    table.add("  where the list scrolls", format!("{scrolling} B"), about, "2 KB", reached(scrolling));
}

fn quantile(mut times: Vec<Duration>, percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * percent / 100).min(times.len() - 1)]
}
