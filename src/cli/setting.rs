//! What a command runs with: the configuration with environment and flags laid over it.

use std::path::PathBuf;

use super::args::Global;
use super::failure::Failure;
use crate::case;
use crate::config::{Config, Folders, Since};
use crate::domain::text::visible;

/// The configuration in force, and where files are kept.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Defaults, file, environment and flags, one over the other.
    pub config: Config,
    /// Where files are kept.
    pub folders: Folders,
    /// `--since` or its variable, where one was given: for what has no window of its own.
    pub since: Option<Since>,
    /// The case that `--case` names.
    pub case: Option<String>,
}

impl Setting {
    /// Reads the file and lays the process's environment and the flags over it.
    pub fn of(global: &Global) -> Result<Self, Failure> {
        let get = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let folders = Folders::of(get);
        let config = overlay(Config::load(global.config.as_deref(), &folders)?, global, get);
        Ok(Self { config, folders, since: global.since, case: global.case.clone() })
    }

    /// A case's folder: an id among the cases, or a path of its own (a case handed over).
    pub fn case_folder(&self, case: &str) -> PathBuf {
        if case.contains('/') { PathBuf::from(case) } else { self.folders.cases().join(case) }
    }

    /// The id of the case that `--case` names.
    pub fn case_id(&self) -> Option<String> {
        self.case.as_ref().map(|case| case::id_of(&self.case_folder(case)))
    }

    /// The folder of a case that is there, or what is wrong with its name.
    pub fn existing_case(&self, case: &str) -> Result<PathBuf, Failure> {
        let folder = self.case_folder(case);
        if folder.is_dir() {
            return Ok(folder);
        }
        Err(Failure::Usage(format!("there is no case {}; 'stanch cases list' shows the cases", visible(case))))
    }
}

/// Lays environment and flags over a file's configuration. Where the AWS SDK
/// reads the environment by itself, the file's word gives way and nothing is set.
fn overlay(mut config: Config, global: &Global, get: impl Fn(&str) -> Option<String>) -> Config {
    if !global.profile.is_empty() {
        config.profiles.clone_from(&global.profile);
    } else if get("AWS_PROFILE").or_else(|| get("AWS_ACCESS_KEY_ID")).is_some() {
        config.profiles.clear();
    }
    if !global.region.is_empty() {
        config.regions.clone_from(&global.region);
    } else if get("AWS_REGION").or_else(|| get("AWS_DEFAULT_REGION")).is_some() {
        config.regions.clear();
    }
    if let Some(url) = &global.endpoint_url {
        config.endpoint_url.clone_from(url);
    } else if get("AWS_ENDPOINT_URL").is_some() {
        config.endpoint_url.clear();
    }
    config.since = global.since.unwrap_or(config.since);
    config.write |= global.write;
    config.log_level = global.log_level.unwrap_or(config.log_level);
    config.screen.color = global.color.unwrap_or(config.screen.color);
    config.screen.ascii |= global.ascii;
    config
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::overlay;
    use crate::cli::args::Global;
    use crate::config::{Color, Config};

    fn file() -> Config {
        Config::parse(Path::new("x"), "profiles = ['file']\nregions = ['eu-west-1']\nsince = '6h'\n").unwrap()
    }

    #[test]
    fn flags_beat_the_environment_and_the_environment_beats_the_file() {
        let plain = overlay(file(), &Global::default(), |_| None);
        assert_eq!(plain, file());

        let environment = |name: &str| matches!(name, "AWS_PROFILE" | "AWS_REGION").then(|| "environment".to_string());
        let by_environment = overlay(file(), &Global::default(), environment);
        assert!(by_environment.profiles.is_empty() && by_environment.regions.is_empty());
        assert_eq!(by_environment.since, file().since);

        let flags = Global {
            profile: vec!["flag".into()],
            region: vec!["all".into()],
            color: Some(Color::Never),
            write: true,
            ..Global::default()
        };
        let by_flag = overlay(file(), &flags, environment);
        assert_eq!(by_flag.profiles, ["flag"]);
        assert_eq!(by_flag.regions, ["all"]);
        assert_eq!(by_flag.screen.color, Color::Never);
        assert!(by_flag.write);
    }
}
