//! The event loop: drain what waits, change the Model, draw at most once in a
//! while, and sleep until something comes. Nothing changed, nothing drawn.

use std::io;
use std::time::Duration;

use futures_util::{FutureExt as _, Stream, StreamExt as _};
use tokio::sync::mpsc::Receiver;
use tokio::time::Instant;

use super::clock::Clock;
use super::escape::{BELL, LONGEST_COPY, Manner};
use super::hands::Hands;
use super::screen::Surface;
use super::signals::{Wish, stop_self};
use super::{End, News};
use crate::app::effect::Effect;
use crate::app::input::Input;
use crate::app::message::Message;
use crate::app::{Model, update};
use crate::view::{Theme, draw};

/// Frames are drawn no closer to each other than this.
pub const FRAME: Duration = Duration::from_millis(16);
/// The most messages that are taken in before it is drawn again, and how long
/// that may take: a key must not wait for a load.
const PORTION: usize = 64;
const PATIENCE: Duration = Duration::from_millis(2);

/// Why the loop ended other than by a wish.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The terminal cannot be read or written.
    #[error("the terminal: {0}")]
    Terminal(#[from] io::Error),
    /// A task of the program panicked.
    #[error("{0}")]
    Panicked(String),
}

/// The console as it runs.
pub struct Cycle<S> {
    /// All its state.
    pub model: Model,
    /// What it is drawn on.
    pub surface: S,
    theme: Theme,
    clock: Clock,
    manner: Manner,
    /// The version of the Model that is shown.
    shown: Option<u64>,
    last_frame: Option<Instant>,
    end: Option<End>,
}

impl<S: Surface> Cycle<S> {
    /// A console that has not been drawn yet.
    pub fn new(model: Model, surface: S, theme: Theme, clock: Clock, manner: Manner) -> Self {
        Self { model, surface, theme, clock, manner, shown: None, last_frame: None, end: None }
    }

    /// Runs until the user quits, a signal ends it, or something breaks. Waits
    /// on signals, tasks, the terminal, the inbox and the next deadline at once.
    pub async fn run(
        &mut self,
        mut terminal: impl Stream<Item = io::Result<crossterm::event::Event>> + Unpin,
        mut signals: impl Stream<Item = Wish> + Unpin,
        inbox: &mut Receiver<News>,
        hands: &mut Hands,
    ) -> Result<End, Broken> {
        loop {
            if let Some(end) = self.end {
                return Ok(end);
            }
            let frame_at = self.draw()?;
            let tick_at = self.model.next_deadline().map(|at| Instant::now() + self.clock.until(at));
            tokio::select! {
                biased;
                Some(wish) = signals.next() => self.heed(wish)?,
                Some(done) = hands.tasks.join_next() => survived(done)?,
                event = terminal.next() => self.hear(event, hands)?,
                Some(news) = inbox.recv() => self.take_in(news, hands)?,
                () = sleep_until(frame_at) => {}
                () = sleep_until(tick_at) => self.apply(Message::Tick, hands)?,
            }
            let begun = Instant::now();
            for _ in 0..PORTION {
                if self.end.is_some() || begun.elapsed() > PATIENCE {
                    break;
                }
                if let Some(event) = terminal.next().now_or_never() {
                    self.hear(event, hands)?;
                } else if let Ok(news) = inbox.try_recv() {
                    self.take_in(news, hands)?;
                } else {
                    break;
                }
            }
        }
    }

    /// Draws what has changed, or tells when it may be drawn.
    pub fn draw(&mut self) -> io::Result<Option<Instant>> {
        let version = self.model.version();
        if self.shown == Some(version) {
            return Ok(None);
        }
        let now = Instant::now();
        if let Some(due) = self.last_frame.map(|last| last + FRAME).filter(|due| *due > now) {
            return Ok(Some(due));
        }
        let (model, theme) = (&self.model, &self.theme);
        self.surface.frame(&mut |frame| draw(model, theme, frame))?;
        self.shown = Some(version);
        self.last_frame = Some(now);
        Ok(None)
    }

    fn hear(&mut self, event: Option<io::Result<crossterm::event::Event>>, hands: &mut Hands) -> Result<(), Broken> {
        let Some(event) = event.transpose()? else {
            self.end = Some(End::HungUp);
            return Ok(());
        };
        if let Some(input) = Input::from_terminal(event) {
            if matches!(input, Input::Resize { .. }) {
                self.shown = None;
            }
            self.apply(Message::Input(input), hands)?;
        }
        Ok(())
    }

    fn take_in(&mut self, news: News, hands: &mut Hands) -> Result<(), Broken> {
        match news {
            News::Message(message) => {
                let asked = if let Message::Armed { scope, .. } = &message { Some(*scope) } else { None };
                self.apply(message, hands)?;
                // The Model says whether the caller is the one that was shown, and still wanted.
                let armed = self.model.armed.as_ref().map(|armed| armed.scope);
                if let Some(scope) = asked.filter(|scope| armed == Some(*scope)) {
                    hands.armed(scope);
                }
                Ok(())
            }
            News::Connected(connected) => {
                hands.connected(connected).into_iter().try_for_each(|message| self.apply(message, hands))
            }
        }
    }

    fn apply(&mut self, message: Message, hands: &mut Hands) -> Result<(), Broken> {
        for effect in update(&mut self.model, message, self.clock.now()) {
            match effect {
                Effect::Quit => self.end = Some(End::Quit),
                Effect::Redraw => {
                    self.surface.clear()?;
                    self.shown = None;
                }
                Effect::Suspend => self.suspend()?,
                Effect::Bell => self.surface.send(BELL)?,
                Effect::Notify { title, body } => self.surface.send(&self.manner.notify(&title, &body))?,
                Effect::Copy(text) => self.copy(&text, hands)?,
                other => hands.carry_out(other),
            }
        }
        Ok(())
    }

    fn copy(&mut self, text: &str, hands: &mut Hands) -> Result<(), Broken> {
        if let Some(sequence) = self.manner.copy(text) {
            self.surface.send(&sequence)?;
            return Ok(());
        }
        let size = text.len().div_ceil(1000);
        let text = format!("too long to copy: {size} kB, terminals take {} kB", LONGEST_COPY / 1000);
        self.apply(Message::Notice { text, bad: true }, hands)
    }

    fn heed(&mut self, wish: Wish) -> io::Result<()> {
        match wish {
            Wish::End => self.end = Some(End::Signal),
            Wish::HungUp => self.end = Some(End::HungUp),
            Wish::Stop => self.suspend()?,
            Wish::Continue => {
                // The shell may have set the terminal its own way meanwhile.
                self.surface.leave()?;
                self.retake()?;
            }
        }
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<()> {
        self.surface.leave()?;
        stop_self()?;
        self.retake()
    }

    fn retake(&mut self) -> io::Result<()> {
        self.surface.enter()?;
        self.shown = None;
        Ok(())
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// A task that ended is no news, unless it panicked.
fn survived(done: Result<(), tokio::task::JoinError>) -> Result<(), Broken> {
    match done {
        Err(error) if error.is_panic() => {
            let payload = error.into_panic();
            let text = super::panics::said(payload.as_ref()).unwrap_or("a task panicked");
            Err(Broken::Panicked(text.to_owned()))
        }
        _ => Ok(()),
    }
}
