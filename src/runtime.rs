//! The machine room: the event loop, the terminal, the tasks. The only layer
//! that waits. It decides nothing: what happens is `update`'s, what is shown
//! is `view`'s.

use std::path::PathBuf;
use std::time::Duration;

use futures_util::stream;
use tokio::sync::mpsc;
use tokio::task::JoinError;

use crate::app::Model;
use crate::app::message::Message;
use crate::detect::RuleSet;
use crate::domain::window::Span;
use crate::port::Connected;
use crate::view::Theme;

mod backoff;
pub mod clock;
mod connect;
mod cycle;
mod detection;
mod docket;
mod dossier;
pub mod drive;
pub mod escape;
mod events;
mod filter;
mod fleet;
mod hands;
mod input;
pub mod judge;
mod panics;
mod recorded;
mod recovery;
mod runs;
mod screen;
mod signals;
mod tray;

#[cfg(test)]
mod tests;

use clock::Clock;
pub use connect::Connect;
pub use cycle::Broken;
use cycle::Cycle;
use docket::Docket;
use escape::Manner;
use hands::Hands;
use screen::{Surface as _, Tty};
use signals::Signals;

/// Messages that may wait to be taken in; who sends more waits.
const INBOX: usize = 256;
/// How long tasks may take to end once the screen is given back.
const FAREWELL: Duration = Duration::from_millis(200);

/// Where events come from.
pub enum Source {
    /// AWS, or what stands in for it.
    Live(Connect),
    /// Recorded logs.
    Recorded(Vec<crate::recorded::Input>, crate::recorded::Options),
}

/// What a console runs with.
pub struct Options {
    /// The state that it begins with.
    pub model: Model,
    /// Its colours and symbols.
    pub theme: Theme,
    /// Its time.
    pub clock: Clock,
    /// Where its events come from.
    pub source: Source,
    /// What is looked back on at first.
    pub window: Span,
    /// The rules that events are held against.
    pub rules: RuleSet,
    /// The folder of the cases.
    pub cases: PathBuf,
    /// The folder of the case to work in; none: a case of its own, made when it is needed.
    pub case: Option<PathBuf>,
    /// The mouse is taken.
    pub mouse: bool,
    /// What is known of the terminal.
    pub manner: Manner,
}

/// How a console came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The user quit.
    Quit,
    /// `SIGTERM` or `SIGINT`.
    Signal,
    /// The terminal went away.
    HungUp,
}

/// What comes into the loop from the tasks.
enum News {
    /// Something for the Model.
    Message(Message),
    /// Accounts were reached.
    Connected(Connected),
}

/// Runs the console on the process's terminal until its end. The terminal is
/// given back whole, whatever happens; a panic ends the program from its hook.
pub fn run(options: Options) -> Result<End, Broken> {
    let executor = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let _hook = panics::Hook::install(screen::give_back);
    let outcome = executor.block_on(on_terminal(options));
    executor.shutdown_timeout(FAREWELL);
    outcome
}

async fn on_terminal(options: Options) -> Result<End, Broken> {
    let surface = Tty::open(options.mouse)?;
    let Options { model, theme, clock, source, window, rules, cases, case, manner, .. } = options;
    let mut cycle = Cycle::new(model, surface, theme, clock.clone(), manner);
    // The first frame waits for nothing.
    cycle.draw()?;
    let (inbox, mut news) = mpsc::channel(INBOX);
    let docket = Docket::new(cases, case);
    let mut hands = Hands::new(inbox.clone(), clock.clone(), rules.clone(), window, docket);
    hands.tell_named_case();
    match source {
        Source::Recorded(inputs, choice) => hands.tasks.spawn(recorded::load(inputs, choice, rules, inbox)),
        Source::Live(connect) => hands.tasks.spawn(connect::reach(connect, clock.clone(), inbox)),
    };
    #[cfg(debug_assertions)]
    if std::env::var_os("STANCH_PANIC").is_some() {
        #[expect(clippy::panic, reason = "it is asked for, to see the terminal given back")]
        hands.tasks.spawn(async { panic!("a panic was asked for") });
    }
    let signals = Box::pin(stream::unfold(Signals::listen()?, |mut signals| async {
        let wish = signals.next().await;
        Some((wish, signals))
    }));
    let terminal = input::listen(&mut hands.tasks);
    let end = cycle.run(terminal, signals, &mut news, &mut hands).await;
    cycle.surface.leave().or_else(|error| match &end {
        // A terminal that is gone cannot be given back.
        Ok(End::HungUp) => Ok(()),
        _ => Err(error),
    })?;
    end
}

/// The outcome of work on another thread; none where the program ends. A panic
/// there goes on here, so that it reaches the set of tasks.
fn finished<T>(outcome: Result<T, JoinError>) -> Option<T> {
    match outcome {
        Ok(value) => Some(value),
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => None,
    }
}
