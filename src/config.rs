//! Configuration: defaults, then the file, then the environment, then flags.
//!
//! The file is TOML; an unknown key or a wrong value is an error that names
//! the file and the line. `assets/config.toml` shows every key with its
//! default, and a test holds it equal to [`Config::default`]. Environment and
//! flags are laid over the file by the command line.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::respond::guard::Guardrails;

/// The commented sample with every default.
pub const SAMPLE: &str = include_str!("../assets/config.toml");

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Profiles of the shared AWS configuration; none: the default credential chain.
    pub profiles: Vec<String>,
    /// Regions, or `all`; none: the profile's own.
    pub regions: Vec<String>,
    /// How far back to look.
    pub since: Since,
    /// Arming is offered: without it the console only reads.
    pub write: bool,
    /// An endpoint in place of AWS's own, for every service; empty for none.
    pub endpoint_url: String,
    /// `off`, `error`, `warn`, `info`, `debug` or `trace`: what goes to the log file.
    pub log_level: LogLevel,
    /// What the console looks like.
    pub screen: Screen,
    /// How many events are kept.
    pub retention: Retention,
    /// Detection rules.
    pub rules: Rules,
    /// Saved filters, by name.
    pub filters: BTreeMap<String, String>,
    /// Key bindings: action to chord.
    pub keys: BTreeMap<String, String>,
    /// What may not be changed, or only with more care.
    pub guardrails: Guardrails,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            profiles: Vec::new(),
            regions: Vec::new(),
            since: Since::Ago(SignedDuration::from_hours(1)),
            write: false,
            endpoint_url: String::new(),
            log_level: LogLevel::Info,
            screen: Screen::default(),
            retention: Retention::default(),
            rules: Rules::default(),
            filters: BTreeMap::new(),
            keys: BTreeMap::new(),
            guardrails: Guardrails::default(),
        }
    }
}

/// What the console looks like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Screen {
    /// Whether colours are used.
    pub color: Color,
    /// `dark`, `light`, `high-contrast`, or a file of the `themes` folder.
    pub theme: String,
    /// Symbols are drawn in ASCII alone.
    pub ascii: bool,
    /// Mouse wheel and clicks are taken.
    pub mouse: bool,
    /// A new critical finding rings the bell.
    pub bell: bool,
    /// A new critical finding sends a desktop notification (OSC 777, OSC 9).
    pub notify: bool,
}

impl Default for Screen {
    fn default() -> Self {
        Self { color: Color::Auto, theme: "dark".into(), ascii: false, mouse: false, bell: true, notify: true }
    }
}

/// How many events are kept in memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Retention {
    /// At most so many; the oldest go first, never pinned ones or findings.
    pub max_events: usize,
}

impl Default for Retention {
    fn default() -> Self {
        Self { max_events: 1_000_000 }
    }
}

/// Detection rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rules {
    /// The rules that come with the program are used.
    pub builtin: bool,
    /// Folders of Sigma rules.
    pub folders: Vec<PathBuf>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { builtin: true, folders: Vec::new() }
    }
}

/// Whether colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Color {
    /// As the terminal and `NO_COLOR` say.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What goes to the log file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words are those of the log levels")]
pub enum LogLevel {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// A point in time, or how long ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// So long before now.
    Ago(SignedDuration),
    /// An instant.
    At(Timestamp),
}

impl Since {
    /// The instant, where it is `now` now.
    pub fn at(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Ago(length) => now.checked_sub(length).unwrap_or(Timestamp::MIN),
            Self::At(at) => at,
        }
    }
}

impl FromStr for Since {
    type Err = String;

    /// Reads `90s`, `15m`, `2h`, `7d`, `1w`, an RFC 3339 instant, or a date (UTC).
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is no time: write 15m, 2h, 7d, 2026-11-24 or 2026-11-24T10:00:00Z");
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(Self::At(at));
        }
        if let Ok(date) = text.parse::<jiff::civil::Date>() {
            return format!("{date}T00:00:00Z").parse().map(Self::At).map_err(|_| wrong());
        }
        let unit = text.chars().last().ok_or_else(wrong)?;
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 7 * 86_400,
            _ => return Err(wrong()),
        };
        let count: i64 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
        if !(0..=100_000_000).contains(&count) {
            return Err(wrong());
        }
        Ok(Self::Ago(SignedDuration::from_secs(count * seconds)))
    }
}

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(at) => write!(f, "{at}"),
            Self::Ago(length) => {
                let seconds = length.as_secs();
                for (unit, size) in [('d', 86_400), ('h', 3600), ('m', 60)] {
                    if seconds >= size && seconds % size == 0 {
                        return write!(f, "{}{unit}", seconds / size);
                    }
                }
                write!(f, "{seconds}s")
            }
        }
    }
}

impl Serialize for Since {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Since {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A configuration that cannot be used: which file, where, why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1; none where the file itself cannot be read.
    pub line: Option<usize>,
    /// Why.
    pub message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl Config {
    /// Reads a configuration out of the text of a file.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error| ConfigError {
            path: path.to_path_buf(),
            line: error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1),
            message: error.message().to_string(),
        })
    }

    /// Reads the file that the user names, which must exist, or else the one of
    /// the configuration folder, if there is one.
    pub fn load(named: Option<&Path>, folders: &Folders) -> Result<Self, ConfigError> {
        let usual = folders.config.join("config.toml");
        let path = named.unwrap_or(&usual);
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(path, &text),
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => {
                Err(ConfigError { path: path.to_path_buf(), line: None, message: format!("cannot be read: {error}") })
            }
        }
    }
}

/// Where files are kept, after the XDG base directory specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// `$XDG_CONFIG_HOME/stanch`: `config.toml`, `playbooks/`, `rules/`, `cards/`, `themes/`.
    pub config: PathBuf,
    /// `$XDG_STATE_HOME/stanch`: `cases/`, `stanch.log`.
    pub state: PathBuf,
}

impl Folders {
    /// The folders that the environment names, by way of `get`.
    pub fn of(get: impl Fn(&str) -> Option<String>) -> Self {
        let home = get("HOME").filter(|home| !home.is_empty()).unwrap_or_else(|| ".".into());
        let base = |name: &str, usual: &str| {
            let named = get(name).map(PathBuf::from).filter(|path| path.is_absolute());
            named.unwrap_or_else(|| Path::new(&home).join(usual)).join("stanch")
        };
        Self { config: base("XDG_CONFIG_HOME", ".config"), state: base("XDG_STATE_HOME", ".local/state") }
    }

    /// The folder of the cases.
    pub fn cases(&self) -> PathBuf {
        self.state.join("cases")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use jiff::Timestamp;

    use super::{Config, Folders, SAMPLE, Since};

    #[test]
    fn the_sample_holds_every_default() {
        let sample = Config::parse(Path::new("assets/config.toml"), SAMPLE).unwrap();
        assert_eq!(sample, Config::default());
        let all = toml::Value::try_from(Config::default()).unwrap();
        for (key, value) in all.as_table().unwrap() {
            assert!(SAMPLE.contains(key.as_str()), "{key} is not in the sample");
            for inner in value.as_table().into_iter().flat_map(|table| table.keys()) {
                assert!(SAMPLE.contains(inner.as_str()), "{key}.{inner} is not in the sample");
            }
        }
    }

    #[test]
    fn an_unknown_key_is_an_error_with_file_and_line() {
        let error = Config::parse(Path::new("/etc/x.toml"), "write = true\n[screen]\ncolour = 'auto'\n").unwrap_err();
        assert_eq!(error.line, Some(3));
        let text = error.to_string();
        assert!(text.starts_with("/etc/x.toml:3: unknown field `colour`"), "{text}");
    }

    #[test]
    fn a_wrong_value_is_an_error_with_its_line() {
        let error = Config::parse(Path::new("x.toml"), "\n\nsince = 'soon'\n").unwrap_err();
        assert_eq!(error.line, Some(3));
        assert!(error.message.contains("'soon' is no time"), "{error}");
    }

    #[test]
    fn a_time_is_a_length_an_instant_or_a_date() {
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        for (text, at) in [
            ("90s", "2026-11-24T11:58:30Z"),
            ("2h", "2026-11-24T10:00:00Z"),
            ("7d", "2026-11-17T12:00:00Z"),
            ("2026-11-24", "2026-11-24T00:00:00Z"),
            ("2026-11-24T10:00:00Z", "2026-11-24T10:00:00Z"),
            ("2026-11-24T10:00Z", "2026-11-24T10:00:00Z"),
        ] {
            assert_eq!(text.parse::<Since>().map(|since| since.at(now).to_string()), Ok(at.to_string()), "{text}");
        }
        for text in ["", "h", "2", "soon", "-1h", "99999999999h"] {
            assert!(text.parse::<Since>().is_err(), "{text}");
        }
    }

    #[test]
    fn folders_follow_xdg_and_ignore_relative_ones() {
        let folders = Folders::of(|name| match name {
            "HOME" => Some("/home/ada".into()),
            "XDG_STATE_HOME" => Some("/var/state".into()),
            "XDG_CONFIG_HOME" => Some("relative".into()),
            _ => None,
        });
        assert_eq!(folders.config, Path::new("/home/ada/.config/stanch"));
        assert_eq!(folders.cases(), Path::new("/var/state/stanch/cases"));
    }
}
