//! Finds the files of the inputs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Input, Layout, Options};
use crate::domain::fault::{Fault, FaultKind};
use crate::trail::decode::DIGEST;

/// One thing to read.
#[derive(Debug)]
pub(super) struct Job {
    /// The file's path, or the stream's name.
    pub name: String,
    pub input: Input,
    /// Bytes on the disk; 0 for a stream.
    pub size: u64,
    /// The user named this very file: it is read whatever it looks like.
    pub named: bool,
}

/// All that is to be read, and what is not.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub jobs: Vec<Job>,
    pub passed_over: Vec<(String, String)>,
    /// How many of those are digests.
    pub digests: usize,
    pub not_wanted: usize,
}

/// The files of the inputs, by path: CloudTrail's names make that the order of delivery.
pub(super) fn files(inputs: &[Input], options: &Options) -> Result<Found, Fault> {
    let mut found = Found::default();
    for input in inputs {
        match input {
            Input::Path(path) => {
                let about = fs::metadata(path).map_err(|error| fault(path, &error))?;
                if about.is_dir() {
                    folder(path, options, &mut found)?;
                } else {
                    found.jobs.push(Job {
                        name: path.display().to_string(),
                        input: input.clone(),
                        size: if about.is_file() { about.len() } else { 0 },
                        named: true,
                    });
                }
            }
            Input::Stdin => {
                found.jobs.push(Job { name: "standard input".into(), input: input.clone(), size: 0, named: true });
            }
            Input::Stream(name, _) => {
                found.jobs.push(Job { name: name.clone(), input: input.clone(), size: 0, named: true });
            }
        }
    }
    Ok(found)
}

fn folder(path: &Path, options: &Options, found: &mut Found) -> Result<(), Fault> {
    let mut folders = vec![path.to_path_buf()];
    let mut files: Vec<(PathBuf, u64)> = Vec::new();
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if folder == path => return Err(fault(path, &error)),
            Err(error) => {
                found.passed_over.push((folder.display().to_string(), error.to_string()));
                continue;
            }
        };
        for entry in entries.filter_map(Result::ok) {
            let path = entry.path();
            // A link to a folder is not followed: it could lead round in a circle.
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                folders.push(path);
                continue;
            }
            match fs::metadata(&path) {
                Ok(about) if about.is_file() => files.push((path, about.len())),
                Ok(_) => found.passed_over.push((path.display().to_string(), "no file".into())),
                Err(error) => found.passed_over.push((path.display().to_string(), error.to_string())),
            }
        }
    }
    files.sort_unstable();
    for (path, size) in files {
        let layout = Layout::of(&path);
        if layout.digest {
            found.passed_over.push((path.display().to_string(), DIGEST.into()));
            found.digests += 1;
        } else if layout.may_hold(options) {
            found.jobs.push(Job { name: path.display().to_string(), input: Input::Path(path), size, named: false });
        } else {
            found.not_wanted += 1;
        }
    }
    Ok(())
}

/// The fault of an input that cannot be read.
pub(super) fn fault(path: &Path, error: &io::Error) -> Fault {
    let (kind, hint) = match error.kind() {
        io::ErrorKind::NotFound => (FaultKind::NotFound, "check the path; '-' reads standard input"),
        io::ErrorKind::PermissionDenied => (FaultKind::Storage, "ask for read access to the log, or copy it"),
        _ => (FaultKind::Storage, "check that the log can be read"),
    };
    Fault::new(kind, format!("open {}", path.display()), error.to_string()).with_hint(hint)
}
