//! The terminal: taken at the start, given back whole at the end, however the
//! end comes. One frame is one write, within synchronized output.

use std::cell::RefCell;
use std::io::{self, IsTerminal as _, Write};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{cursor, execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal};

/// Begin and end of a synchronized update (DEC private mode 2026): a terminal
/// that knows it shows the whole frame at once, others pass it over.
const SYNC: (&[u8], &[u8]) = (b"\x1b[?2026h", b"\x1b[?2026l");

/// What the console is drawn on: the terminal, or memory in a test.
pub trait Surface {
    /// Draws one frame; only what changed is sent.
    fn frame(&mut self, draw: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()>;
    /// Sends a sequence that draws nothing: a copy, the bell.
    fn send(&mut self, sequence: &[u8]) -> io::Result<()>;
    /// Forgets what is shown: the next frame is sent whole.
    fn clear(&mut self) -> io::Result<()>;
    /// Gives the terminal back.
    fn leave(&mut self) -> io::Result<()>;
    /// Takes the terminal, at first or again.
    fn enter(&mut self) -> io::Result<()>;
}

/// Collects what is drawn until the frame is whole.
#[derive(Clone, Default)]
struct Collector(Rc<RefCell<Vec<u8>>>);

impl Write for Collector {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The process's terminal. Dropping it gives the terminal back.
pub struct Tty {
    terminal: Terminal<CrosstermBackend<Collector>>,
    collector: Collector,
    mouse: bool,
}

/// The process's one terminal is ours.
static HELD: AtomicBool = AtomicBool::new(false);

/// Gives the terminal back from wherever a panic strikes; nothing where it is not ours.
pub fn give_back() {
    // A frame is whole before this, and none follows it: each asks under this lock.
    let mut out = io::stdout().lock();
    let _ = given_back(&mut out);
}

/// Writes what gives the terminal back, where it is ours.
fn given_back(out: &mut impl Write) -> io::Result<()> {
    if !HELD.swap(false, Ordering::Relaxed) {
        return Ok(());
    }
    // An update that a panic cut short would leave the terminal frozen.
    let sent = out
        .write_all(SYNC.1)
        .and_then(|()| execute!(out, DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show));
    disable_raw_mode()?;
    sent
}

impl Tty {
    /// Takes the terminal on standard output. It fails where standard output is
    /// none; the message names what works there.
    pub fn open(mouse: bool) -> io::Result<Self> {
        if !io::stdout().is_terminal() {
            return Err(io::Error::other(
                "standard output is not a terminal; without one use: stanch events, instances, explain, remediate, \
                 scan, cases, doctor (see stanch --help)",
            ));
        }
        let collector = Collector::default();
        let terminal = Terminal::new(CrosstermBackend::new(collector.clone()))?;
        let mut tty = Self { terminal, collector, mouse };
        tty.enter()?;
        Ok(tty)
    }

    /// Sends what has been collected, in one write; nothing once the terminal is no
    /// longer ours.
    fn commit(&mut self, synchronized: bool) -> io::Result<()> {
        let mut collected = self.collector.0.borrow_mut();
        if collected.is_empty() {
            return Ok(());
        }
        if synchronized {
            collected.splice(0..0, SYNC.0.iter().copied());
            collected.extend_from_slice(SYNC.1);
        }
        let mut out = io::stdout().lock();
        // Asked while no panic of another thread can give it back.
        let sent =
            if HELD.load(Ordering::Relaxed) { out.write_all(&collected).and_then(|()| out.flush()) } else { Ok(()) };
        collected.clear();
        sent
    }
}

impl Surface for Tty {
    fn frame(&mut self, draw: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(|frame| draw(frame))?;
        self.commit(true)
    }

    fn send(&mut self, sequence: &[u8]) -> io::Result<()> {
        self.collector.write_all(sequence)?;
        self.commit(false)
    }

    fn clear(&mut self) -> io::Result<()> {
        // Terminal::clear would ask the terminal where its cursor is, and wait for the answer.
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::new(0, 0, size.width, size.height))?;
        self.commit(false)
    }

    fn leave(&mut self) -> io::Result<()> {
        self.collector.0.borrow_mut().clear();
        given_back(&mut io::stdout().lock())
    }

    fn enter(&mut self) -> io::Result<()> {
        if HELD.load(Ordering::Relaxed) {
            return Ok(());
        }
        enable_raw_mode()?;
        HELD.store(true, Ordering::Relaxed);
        let mouse = self.mouse;
        let out = &mut self.collector;
        queue!(out, EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
        if mouse {
            queue!(out, EnableMouseCapture)?;
        }
        self.commit(false)?;
        self.clear()
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        // Nobody is left to tell: the terminal may be gone.
        let _ = self.leave();
    }
}
