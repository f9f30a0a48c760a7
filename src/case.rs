//! One incident's folder: journal, evidence, report.
//!
//! A case lies under `$XDG_STATE_HOME/stanch/cases/<id>/`, the folder with mode
//! 0700 and its files with 0600. The journal is append-only and hash-chained;
//! what is appended is on disk before [`Case::append`] returns. Nothing here
//! talks to AWS or reads a clock.

pub mod journal;
mod record;
pub mod redact;
pub mod report;
pub mod summary;
pub mod told;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::domain::fault::{Fault, FaultKind};
use journal::{Entry, Journal};

/// The journal's file name.
pub const JOURNAL: &str = "journal.jsonl";
/// The folder of evidence.
pub const EVIDENCE: &str = "evidence";
/// The kind of the line that stands before a file of evidence is written.
const STORING: &str = "storing";

/// A file of evidence that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its name in the folder of evidence.
    pub file: String,
    /// The SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// The id of a new case: when, and of what; unique as far as a second goes.
pub fn new_id(at: Timestamp, target: &str) -> String {
    let target: String = target
        .rsplit([':', '/'])
        .next()
        .unwrap_or(target)
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    format!("{}-{target}", at.strftime("%Y%m%d-%H%M%S")).trim_end_matches('-').to_owned()
}

/// The id of the case of a folder: what its journal calls it, and of one that is
/// not there yet the folder's name.
pub fn id_of(dir: &Path) -> String {
    let whole = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    Case::view(&whole).map_or_else(|_| folder_name(&whole), |case| case.id())
}

fn folder_name(dir: &Path) -> String {
    dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// An open case.
#[derive(Debug)]
pub struct Case {
    dir: PathBuf,
    journal: Journal,
}

impl Case {
    /// Makes the folder of a new case under `root` and opens it.
    ///
    /// # Errors
    /// A fault of kind `Storage` where the folder cannot be made, or the case exists.
    pub fn create(root: &Path, id: &str) -> Result<Self, Fault> {
        if id.is_empty()
            || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
            || id.starts_with('.')
        {
            return Err(Fault::new(FaultKind::Invalid, "case:Create", format!("'{id}' is no case id"))
                .with_hint("use letters, digits, '-', '_' and '.'"));
        }
        let dir = root.join(id);
        let mut folder = fs::DirBuilder::new();
        folder.mode(0o700);
        folder.recursive(true).create(root).map_err(|error| storage("case:Create", root, &error))?;
        folder.recursive(false).create(&dir).map_err(|error| storage("case:Create", &dir, &error))?;
        let evidence = dir.join(EVIDENCE);
        folder.create(&evidence).map_err(|error| storage("case:Create", &evidence, &error))?;
        sync_folder(&dir).and_then(|()| sync_folder(root)).map_err(|error| storage("case:Create", &dir, &error))?;
        let journal = Journal::open(&dir.join(JOURNAL))?;
        Ok(Self { dir, journal })
    }

    /// Opens a case by its folder; a torn last line of the journal is healed.
    ///
    /// # Errors
    /// `NotFound` where there is no journal, `Storage` where it cannot be read.
    pub fn open(dir: &Path) -> Result<Self, Fault> {
        let path = dir.join(JOURNAL);
        if !path.is_file() {
            return Err(no_case(dir));
        }
        Ok(Self { dir: dir.to_owned(), journal: Journal::open(&path)? })
    }

    /// Opens a case only to look at it, also while another process has it open:
    /// nothing is healed, and nothing can be appended.
    ///
    /// # Errors
    /// As [`Case::open`].
    pub fn view(dir: &Path) -> Result<Self, Fault> {
        let path = dir.join(JOURNAL);
        if !path.is_file() {
            return Err(no_case(dir));
        }
        Ok(Self { dir: dir.to_owned(), journal: Journal::view(&path)? })
    }

    /// Another program has the case in this folder open at this moment.
    pub fn is_in_use(dir: &Path) -> bool {
        summary::in_use(&dir.join(JOURNAL))
    }

    /// The case's id: what its journal calls it, wherever its folder lies by now;
    /// of one without a plan, its folder's name.
    pub fn id(&self) -> String {
        let plan = self.entries().iter().find(|entry| entry.kind == "plan");
        let told = plan.and_then(|entry| entry.data["case"].as_str()).filter(|id| !id.is_empty());
        told.map_or_else(|| folder_name(&self.dir), str::to_owned)
    }

    /// The case's folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The journal so far.
    pub fn entries(&self) -> &[Entry] {
        self.journal.entries()
    }

    /// How the journal was healed when it was opened: the torn text that was
    /// cut off and kept beside it, none where it was whole.
    pub fn healed(&self) -> Option<&str> {
        self.journal.healed()
    }

    /// Appends one line to the journal; it is on disk when this returns.
    ///
    /// # Errors
    /// `Storage`: nothing was appended, and nothing that depends on it may go on.
    pub fn append(
        &mut self,
        at: Timestamp,
        actor: &str,
        kind: &str,
        data: Value,
        cli: Option<&str>,
    ) -> Result<u64, Fault> {
        self.journal.append(at, actor, kind, data, cli)
    }

    /// Makes a case, or opens it where it is there already: also one of which
    /// only the folder was made before the program ended.
    ///
    /// # Errors
    /// As [`Case::create`] and [`Case::open`].
    pub fn create_or_open(root: &Path, id: &str) -> Result<Self, Fault> {
        let dir = root.join(id);
        if !dir.is_dir() {
            return Self::create(root, id);
        }
        let path = dir.join(JOURNAL);
        if path.is_file() || fs::read_dir(&dir).into_iter().flatten().flatten().any(|held| held.path().is_file()) {
            return Self::open(&dir);
        }
        let evidence = dir.join(EVIDENCE);
        fs::DirBuilder::new()
            .mode(0o700)
            .recursive(true)
            .create(&evidence)
            .and_then(|()| sync_folder(&dir))
            .map_err(|error| storage("case:Create", &evidence, &error))?;
        Ok(Self { dir, journal: Journal::open(&path)? })
    }

    /// Makes the case of a folder, or opens it where it is there already.
    ///
    /// # Errors
    /// As [`Case::create_or_open`].
    pub fn at(dir: &Path) -> Result<Self, Fault> {
        match (dir.parent(), dir.file_name()) {
            (Some(root), Some(id)) => Self::create_or_open(root, &id.to_string_lossy()),
            _ => Self::open(dir),
        }
    }

    /// Keeps a piece of evidence that is of no step: the bytes in a file of the
    /// case, and its SHA-256 in the journal. A name that is taken gets a number.
    ///
    /// # Errors
    /// `Storage` where it cannot be written.
    pub fn keep_evidence(&mut self, at: Timestamp, actor: &str, name: &str, bytes: &[u8]) -> Result<String, Fault> {
        let stored = self.store_evidence(at, actor, name, bytes)?;
        let data = json!({"file": stored.file, "sha256": stored.sha256, "bytes": stored.bytes});
        self.append(at, actor, "evidence", data, None)?;
        Ok(stored.sha256)
    }

    /// Writes a file of evidence; the line that says it is whole is the caller's.
    /// Before the file there is a line of kind `storing` with its name, SHA-256
    /// and size, so that a file without a line of its own is known for what it
    /// is: one that was being written when the program ended. A name that is
    /// taken gets a number.
    ///
    /// # Errors
    /// `Storage` where it cannot be written.
    pub fn store_evidence(&mut self, at: Timestamp, actor: &str, name: &str, bytes: &[u8]) -> Result<Stored, Fault> {
        let folder = self.dir.join(EVIDENCE);
        let path = free_name(&folder, &file_name(name));
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let stored = Stored { file, sha256: hex(&Sha256::digest(bytes)), bytes: bytes.len() as u64 };
        let data = json!({"file": stored.file, "sha256": stored.sha256, "bytes": stored.bytes});
        self.append(at, actor, STORING, data, None)?;
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(|error| storage("case:Evidence", &path, &error))?;
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .map_err(|error| storage("case:Evidence", &path, &error))?;
        sync_folder(&folder).map_err(|error| storage("case:Evidence", &folder, &error))?;
        Ok(stored)
    }

    /// Checks every hash: the chain of the journal and each file of evidence.
    /// What is wrong, one sentence each; empty where all holds.
    pub fn verify(&self) -> Vec<String> {
        let mut wrong = self.journal.verify();
        let mut known = vec![];
        for entry in self.entries().iter().filter(|entry| entry.kind == "evidence") {
            let file = entry.data["file"].as_str().unwrap_or_default();
            known.push(file.to_owned());
            match fs::read(self.dir.join(EVIDENCE).join(file_name(file))) {
                Ok(bytes) if entry.data["sha256"].as_str() == Some(&hex(&Sha256::digest(&bytes))) => {}
                Ok(_) => wrong.push(format!("evidence/{file} is not what line {} of the journal recorded", entry.seq)),
                Err(error) => wrong.push(format!("evidence/{file} cannot be read: {error}")),
            }
        }
        let present = fs::read_dir(self.dir.join(EVIDENCE)).into_iter().flatten().flatten();
        for name in present.map(|entry| entry.file_name().to_string_lossy().into_owned()) {
            if !known.contains(&name) && self.cut_short(&name).is_none() {
                wrong.push(format!("evidence/{name} is in no line of the journal"));
            }
        }
        wrong
    }

    /// Files of evidence that were being written when the program ended, one
    /// sentence each: they are in the journal as meant to be written, and not as
    /// written. That is no fault of the case.
    pub fn unfinished_evidence(&self) -> Vec<String> {
        let known = |file: &str| {
            self.entries().iter().any(|entry| entry.kind == "evidence" && entry.data["file"].as_str() == Some(file))
        };
        let begun = self.entries().iter().filter(|entry| entry.kind == STORING);
        let files = begun.filter_map(|entry| entry.data["file"].as_str()).filter(|file| !known(file));
        files.filter_map(|file| self.cut_short(file)).collect()
    }

    /// What is to be said of a file that is in the journal as meant to be
    /// written; none where it is not, or holds something else.
    fn cut_short(&self, name: &str) -> Option<String> {
        let meant = |entry: &&Entry| entry.kind == STORING && entry.data["file"].as_str() == Some(name);
        let entry = self.entries().iter().rev().find(meant)?;
        let bytes = fs::read(self.dir.join(EVIDENCE).join(file_name(name))).ok()?;
        let (held, whole) = (bytes.len() as u64, entry.data["bytes"].as_u64()?);
        let when = format!("evidence/{name} was being written when the program ended: line {}", entry.seq);
        if entry.data["sha256"].as_str() == Some(&hex(&Sha256::digest(&bytes))) {
            Some(format!("{when} has its hash, and it is whole"))
        } else {
            (held < whole).then(|| format!("{when} means {whole} bytes, and it holds {held}"))
        }
    }

    /// Writes `report.md` and `report.json` into the case and returns them.
    ///
    /// # Errors
    /// `Storage` where they cannot be written.
    pub fn write_report(&self) -> Result<report::Report, Fault> {
        let report = report::Report::of(self);
        for (name, text) in [("report.md", report.markdown()), ("report.json", report.json_text())] {
            let path = self.dir.join(name);
            let mut file = fs::OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&path)
                .map_err(|error| storage("case:Report", &path, &error))?;
            file.write_all(text.as_bytes())
                .and_then(|()| file.sync_all())
                .map_err(|error| storage("case:Report", &path, &error))?;
        }
        Ok(report)
    }
}

fn no_case(dir: &Path) -> Fault {
    Fault::new(FaultKind::NotFound, "case:Open", format!("{} is no case", dir.display()))
        .with_hint("'stanch cases list' shows the cases")
}

/// A path in a folder that is free: the name or, where that is taken, the name with a number.
fn free_name(folder: &Path, name: &str) -> PathBuf {
    let (stem, ending) = name.split_once('.').map_or((name, String::new()), |(stem, rest)| (stem, format!(".{rest}")));
    let mut number = 1;
    loop {
        let path = folder.join(if number == 1 { name.to_owned() } else { format!("{stem}-{number}{ending}") });
        if !path.exists() {
            return path;
        }
        number += 1;
    }
}

/// A name that is safe as a file name: what AWS sends may hold anything.
fn file_name(name: &str) -> String {
    let safe: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).take(120).collect();
    let safe = safe.trim_start_matches('.');
    if safe.is_empty() { "unnamed".into() } else { safe.to_owned() }
}

/// A folder's own entries are on disk once the folder is synced.
fn sync_folder(dir: &Path) -> std::io::Result<()> {
    fs::File::open(dir)?.sync_all()
}

/// Bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A file system's error as a fault that says what to do.
pub(crate) fn storage(operation: &str, path: &Path, error: &std::io::Error) -> Fault {
    use std::io::ErrorKind as E;
    let hint = match error.kind() {
        E::StorageFull | E::QuotaExceeded => "free some space there",
        E::PermissionDenied | E::ReadOnlyFilesystem => "give a folder that may be written, with XDG_STATE_HOME",
        E::AlreadyExists => "choose another case id",
        _ => "",
    };
    Fault::new(FaultKind::Storage, operation, format!("{}: {error}", path.display())).with_hint(hint)
}

#[cfg(test)]
mod tests;
