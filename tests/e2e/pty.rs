//! The real program in a pseudo-terminal, read by a terminal emulator. A test
//! waits for what it wants to see and never for a time to pass.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a helper of tests: what cannot go on fails the test"
)]

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

/// The longest that anything is waited for: a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the emulator has seen.
struct Seen {
    parser: vt100::Parser,
    bytes: Vec<u8>,
    closed: bool,
}

/// A running console and the terminal that it runs in.
pub struct Console {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    home: TempDir,
}

impl Console {
    /// Starts the program with arguments in a terminal of so many columns and rows.
    pub fn start(arguments: &[&str], columns: u16, rows: u16) -> Self {
        Self::start_with(arguments, columns, rows, &[])
    }

    /// The same, with more of an environment. Nothing of the tester's own is in it.
    pub fn start_with(arguments: &[&str], columns: u16, rows: u16, environment: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_stanch"));
        command.args(arguments);
        command.env_clear();
        command.env("HOME", home.path());
        command.env("XDG_STATE_HOME", home.path().join("state"));
        command.env("XDG_CONFIG_HOME", home.path().join("config"));
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        command.cwd(home.path());
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let parser = vt100::Parser::new(NonZeroU16::new(rows).unwrap(), NonZeroU16::new(columns).unwrap(), 0);
        let seen = Arc::new((Mutex::new(Seen { parser, bytes: Vec::new(), closed: false }), Condvar::new()));
        let (mut output, shared) = (pair.master.try_clone_reader().unwrap(), Arc::clone(&seen));
        thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            loop {
                let read = output.read(&mut buffer).unwrap_or(0);
                let mut seen = shared.0.lock().unwrap();
                if read == 0 {
                    seen.closed = true;
                } else {
                    seen.parser.process(&buffer[..read]);
                    seen.bytes.extend_from_slice(&buffer[..read]);
                }
                shared.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        Self { child, master: pair.master, keys, seen, home }
    }

    /// The home folder of this console: its state and configuration lie under it.
    pub fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    /// Sends keys as the terminal does.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// What is on the screen.
    pub fn screen(&self) -> String {
        self.seen.0.lock().unwrap().parser.screen().contents()
    }

    /// How many bytes the terminal has been sent.
    pub fn sent(&self) -> usize {
        self.seen.0.lock().unwrap().bytes.len()
    }

    /// Waits until the screen is as wanted.
    #[track_caller]
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&str) -> bool) {
        self.wait_for(what, |seen| wanted(&seen.parser.screen().contents()));
    }

    /// Waits until a text is on the screen.
    #[track_caller]
    pub fn wait_text(&self, text: &str) {
        self.wait_until(text, |screen| screen.contains(text));
    }

    /// Waits until the program has said a text, on the screen or after it.
    #[track_caller]
    pub fn wait_said(&self, text: &str) {
        self.wait_for(text, |seen| String::from_utf8_lossy(&seen.bytes).contains(text));
    }

    /// Waits until more than so many bytes have been sent.
    #[track_caller]
    pub fn wait_sent(&self, bytes: usize) {
        self.wait_for("an answer to a key", |seen| seen.bytes.len() > bytes);
    }

    /// Waits until nothing has been sent for a while, the whole of it watched.
    pub fn wait_quiet(&self, length: Duration) {
        let began = Instant::now();
        let mut seen = self.seen.0.lock().unwrap();
        let mut before = seen.bytes.len();
        let mut since = Instant::now();
        while since.elapsed() < length && began.elapsed() < PATIENCE {
            seen = self.seen.1.wait_timeout(seen, length.saturating_sub(since.elapsed())).unwrap().0;
            if seen.bytes.len() != before {
                before = seen.bytes.len();
                since = Instant::now();
            }
        }
    }

    #[track_caller]
    fn wait_for(&self, what: &str, wanted: impl Fn(&Seen) -> bool) {
        let began = Instant::now();
        let mut seen = self.seen.0.lock().unwrap();
        while !wanted(&seen) {
            let left = PATIENCE.saturating_sub(began.elapsed());
            assert!(
                !left.is_zero() && !seen.closed,
                "{} before the screen showed: {what}\n{}",
                if seen.closed { "the program ended" } else { "time ran out" },
                seen.parser.screen().contents()
            );
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// The screen comes to be as wanted within a while; where it need not, that is no failure.
    pub fn comes_to(&self, length: Duration, wanted: impl Fn(&str) -> bool) -> bool {
        let began = Instant::now();
        let mut seen = self.seen.0.lock().unwrap();
        while !wanted(&seen.parser.screen().contents()) {
            let left = length.saturating_sub(began.elapsed());
            if left.is_zero() || seen.closed {
                return false;
            }
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
        true
    }

    /// The program has not ended.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Makes the terminal another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.seen
            .0
            .lock()
            .unwrap()
            .parser
            .screen_mut()
            .set_size(NonZeroU16::new(rows).unwrap(), NonZeroU16::new(columns).unwrap());
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// The program's process id.
    pub fn id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Sends the program a signal by name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([format!("-{name}"), self.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// The process state letter of the program (proc(5)): `T` is stopped.
    pub fn state(&self) -> char {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id())).unwrap();
        stat.rsplit(") ").next().unwrap().chars().next().unwrap()
    }

    /// Waits until the program has stopped itself.
    #[track_caller]
    pub fn wait_stopped(&self) {
        let began = Instant::now();
        while self.state() != 'T' {
            assert!(began.elapsed() < PATIENCE, "the program did not stop");
            thread::yield_now();
        }
    }

    /// Waits for the program to end.
    #[track_caller]
    pub fn wait_end(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                // Whatever it said last is read before it is looked at.
                let mut seen = self.seen.0.lock().unwrap();
                let mut before = usize::MAX;
                while !seen.closed && before != seen.bytes.len() {
                    before = seen.bytes.len();
                    seen = self.seen.1.wait_timeout(seen, Duration::from_millis(200)).unwrap().0;
                }
                return status;
            }
            assert!(began.elapsed() < PATIENCE, "the program did not end\n{}", self.screen());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The terminal is as it was before: screen, cursor, paste, mouse, line discipline.
    #[track_caller]
    pub fn assert_restored(&self) {
        // What the program wrote last may still be on its way through the terminal.
        self.wait_for("the screen of before", |seen| !seen.parser.screen().alternate_screen());
        let seen = self.seen.0.lock().unwrap();
        let screen = seen.parser.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is still shown");
        assert!(!screen.hide_cursor(), "the cursor is still hidden");
        assert!(!screen.bracketed_paste(), "pastes are still bracketed");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse is still taken");
        if let Some(termios) = self.master.get_termios() {
            let flags = format!("{:?}", termios.local_flags);
            for flag in ["ICANON", "ECHO", "ISIG"] {
                assert!(flags.contains(flag), "{flag} is off: {flags}");
            }
        }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
