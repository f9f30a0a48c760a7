//! The log: a file in the state folder, never the terminal.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::sync::Mutex;

use tracing_subscriber::filter::LevelFilter;

use super::failure::Failure;
use super::out::say;
use super::setting::Setting;
use crate::config::LogLevel;

/// Beyond this size the log is begun anew, the old one kept as `stanch.log.1`.
const LARGEST: u64 = 8 * 1024 * 1024;

/// Opens the log of this program. Where the file cannot be written it says so
/// and goes on: a full disk must not keep anybody from an incident.
pub fn start(setting: &Setting) -> Result<(), Failure> {
    let level = match setting.config.log_level {
        LogLevel::Off => return Ok(()),
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    match open(setting) {
        Ok(file) => tracing_subscriber::fmt()
            .with_max_level(level)
            .with_ansi(false)
            .with_writer(Mutex::new(file))
            .try_init()
            .map_err(|error| Failure::Failed(format!("the log cannot be started: {error}"))),
        Err(error) => {
            say(&format!("stanch: no log: {}: {error}", setting.folders.state.join("stanch.log").display()));
            Ok(())
        }
    }
}

fn open(setting: &Setting) -> io::Result<fs::File> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&setting.folders.state)?;
    let path = setting.folders.state.join("stanch.log");
    if fs::metadata(&path).is_ok_and(|metadata| metadata.len() > LARGEST) {
        fs::rename(&path, path.with_extension("log.1"))?;
    }
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}
