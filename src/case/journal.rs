//! The journal of a case: one JSON object a line, each with the hash of the
//! line before, on disk before whoever wrote it goes on.

use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{hex, storage};
use crate::domain::fault::{Fault, FaultKind};

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// 1, 2, 3 …
    pub seq: u64,
    /// When it was written.
    pub time: Timestamp,
    /// The caller's ARN.
    pub actor: String,
    /// What kind of line: `opened`, `intent`, `outcome`, `verified`, `note` …
    pub kind: String,
    /// What it says; its shape is told by the kind.
    pub data: Value,
    /// The equivalent AWS CLI command, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cli: Option<String>,
    /// SHA-256 of the line before, in hexadecimal; zeros before the first.
    pub prev: String,
}

/// An open journal: the file, held for appending, and its lines.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: fs::File,
    entries: Vec<Entry>,
    /// The text of each line, as it stands in the file.
    lines: Vec<String>,
    /// Length of the whole lines, in bytes.
    length: u64,
    healed: Option<String>,
}

/// How often the lock is tried again, and how long is waited between.
const GLANCES: u32 = 5;
const GLANCE: Duration = Duration::from_millis(10);

/// The hash before the first line.
fn zero() -> String {
    "0".repeat(64)
}

impl Journal {
    /// Opens or makes a journal and takes its lock. A torn last line (no line
    /// end, or cut short) is cut off and kept beside it as `journal.torn`.
    ///
    /// # Errors
    /// `Storage` where the file cannot be read or written, `Malformed` where a
    /// line before the last cannot be read, `Refused` where another process has it open.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        let mut file = fs::OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)
            .map_err(|error| storage("case:Journal", path, &error))?;
        // Who only looks whether a case is in use holds the lock for an instant.
        let mut locked = file.try_lock();
        for _ in 0..GLANCES {
            if !matches!(locked, Err(fs::TryLockError::WouldBlock)) {
                break;
            }
            std::thread::sleep(GLANCE);
            locked = file.try_lock();
        }
        match locked {
            Err(fs::TryLockError::WouldBlock) => {
                return Err(Fault::new(FaultKind::Refused, "case:Journal", format!("{} is in use", path.display()))
                    .with_hint("another stanch has this case open: close it first"));
            }
            // A file system may know no locks: one person at a time is then all that can be asked.
            Ok(()) | Err(fs::TryLockError::Error(_)) => {}
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| storage("case:Journal", path, &error))?;
        let mut journal = Self { path: path.to_owned(), file, entries: vec![], lines: vec![], length: 0, healed: None };
        journal.read(&bytes)?;
        Ok(journal)
    }

    /// Opens a journal only to look at it: no lock, nothing is healed, a torn
    /// last line is passed over, and appending fails.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn view(path: &Path) -> Result<Self, Fault> {
        let failed = |error: std::io::Error| storage("case:Journal", path, &error);
        let mut file = fs::File::open(path).map_err(failed)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1));
        let mut journal = Self { path: path.to_owned(), file, entries: vec![], lines: vec![], length: 0, healed: None };
        journal.read(&bytes)?;
        Ok(journal)
    }

    fn read(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = rest.iter().position(|byte| *byte == b'\n');
            let (line, after) = end.map_or((rest, &[][..]), |at| (&rest[..at], &rest[at + 1..]));
            let parsed = std::str::from_utf8(line).ok().and_then(|text| Some((text, serde_json::from_str(text).ok()?)));
            match (end, parsed) {
                (Some(_), Some((text, entry))) => {
                    self.entries.push(entry);
                    self.lines.push(text.to_owned());
                    self.length += line.len() as u64 + 1;
                }
                // Only the last write can have been torn.
                (None, _) => return self.heal(line),
                _ => {
                    let number = self.lines.len() + 1;
                    return Err(Fault::new(
                        FaultKind::Malformed,
                        "case:Journal",
                        format!("{}: line {number} cannot be read", self.path.display()),
                    )
                    .with_hint("the journal was changed by hand: 'stanch cases verify' says where"));
                }
            }
            rest = after;
        }
        Ok(())
    }

    fn heal(&mut self, torn: &[u8]) -> Result<(), Fault> {
        let path = self.path.with_extension("torn");
        let failed = |error: std::io::Error| storage("case:Journal", &path, &error);
        let mut beside = fs::OpenOptions::new().append(true).create(true).mode(0o600).open(&path).map_err(failed)?;
        beside
            .write_all(torn)
            .and_then(|()| beside.write_all(b"\n"))
            .and_then(|()| beside.sync_all())
            .map_err(failed)?;
        self.cut()?;
        self.healed = Some(String::from_utf8_lossy(torn).into_owned());
        Ok(())
    }

    /// Cuts the file back to its whole lines.
    fn cut(&mut self) -> Result<(), Fault> {
        self.file
            .set_len(self.length)
            .and_then(|()| self.file.sync_all())
            .and_then(|()| self.file.seek(SeekFrom::End(0)).map(drop))
            .map_err(|error| storage("case:Journal", &self.path, &error))
    }

    /// The lines so far.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The torn text that was cut off when the journal was opened.
    pub fn healed(&self) -> Option<&str> {
        self.healed.as_deref()
    }

    /// Appends one line; it is on disk when this returns.
    ///
    /// # Errors
    /// `Storage`: the file was cut back to what it was.
    pub fn append(
        &mut self,
        time: Timestamp,
        actor: &str,
        kind: &str,
        data: Value,
        cli: Option<&str>,
    ) -> Result<u64, Fault> {
        let seq = self.entries.last().map_or(1, |last| last.seq + 1);
        let prev = self.lines.last().map_or_else(zero, |line| hex(&Sha256::digest(line.as_bytes())));
        let entry = Entry { seq, time, actor: actor.into(), kind: kind.into(), data, cli: cli.map(Into::into), prev };
        let line = serde_json::to_string(&entry)
            .map_err(|error| Fault::new(FaultKind::Malformed, "case:Journal", error.to_string()))?;
        let mut bytes = line.clone().into_bytes();
        bytes.push(b'\n');
        if let Err(error) = self.file.write_all(&bytes).and_then(|()| self.file.sync_data()) {
            // Half a line must not stand before the next one; what fails here is found torn on opening.
            let _ = self.cut();
            return Err(storage("case:Journal", &self.path, &error));
        }
        self.length += bytes.len() as u64;
        self.entries.push(entry);
        self.lines.push(line);
        Ok(seq)
    }

    /// Checks numbers and the chain of hashes; what is wrong, one sentence each.
    pub fn verify(&self) -> Vec<String> {
        let mut wrong = vec![];
        let mut prev = zero();
        for (at, (entry, line)) in self.entries.iter().zip(&self.lines).enumerate() {
            let number = at as u64 + 1;
            if entry.seq != number {
                wrong.push(format!("line {number} of the journal calls itself {}", entry.seq));
            }
            if entry.prev != prev {
                wrong.push(format!("line {number} of the journal does not follow from the line before it"));
            }
            prev = hex(&Sha256::digest(line.as_bytes()));
        }
        wrong
    }
}
