//! The rules in force: the program's own, and those of the folders that the
//! user names.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::args::RuleFlags;
use super::failure::Failure;
use super::out::say;
use super::setting::Setting;
use crate::detect::RuleSet;

/// Loads the rules of the configuration, of the configuration folder and of the
/// flags. A broken rule is said and left out; a folder that is not there is an error.
pub fn load(flags: &RuleFlags, setting: &Setting) -> Result<RuleSet, Failure> {
    let own = setting.folders.config.join("rules");
    let mut folders: Vec<PathBuf> = Vec::new();
    folders.extend(flags.rules.iter().cloned());
    folders.extend(setting.config.rules.folders.iter().cloned());
    folders.extend(own.is_dir().then_some(own));
    let mut texts = Vec::new();
    // A folder may be named twice, in other words: its files are read once.
    let mut known = HashSet::new();
    for folder in &folders {
        let mut files = Vec::new();
        walk(folder, &mut files)?;
        files.sort();
        if files.is_empty() {
            let words = format!("{}: no rule is in it; a rule is a file .yml or .yaml", folder.display());
            if flags.rules.contains(folder) {
                return Err(Failure::Usage(format!("--rules {words}")));
            }
            say(&format!("stanch: {words}"));
        }
        files.retain(|file| known.insert(fs::canonicalize(file).unwrap_or_else(|_| file.clone())));
        let mut read = Vec::with_capacity(files.len());
        for file in files {
            match fs::read_to_string(&file) {
                Ok(text) => read.push((file.display().to_string(), text)),
                Err(error) => say(&format!("stanch: {}: {error}; the rule is left out", file.display())),
            }
        }
        texts.push((folder.display().to_string(), read));
    }
    let builtin = setting.config.rules.builtin && !flags.no_builtin_rules;
    let (rules, errors) = RuleSet::load(&texts, builtin);
    for error in errors.iter().filter(|error| !error.passed_over) {
        say(&format!("stanch: {}: {}; the rule is left out", error.path, error.why));
    }
    for folder in &flags.rules {
        let place = folder.display().to_string();
        let here = |path: &str| Path::new(path).starts_with(folder);
        let of_it: Vec<_> = errors.iter().filter(|error| here(&error.path)).collect();
        let none = !of_it.is_empty() && of_it.iter().all(|error| error.passed_over);
        if none && !rules.rules().iter().any(|rule| here(&rule.path)) {
            say(&format!("stanch: --rules {place}: no rule of it is in force, for one: {}", of_it[0].why));
        }
    }
    let passed_over = errors.iter().filter(|error| error.passed_over).count();
    tracing::info!(rules = rules.rules().len(), passed_over, "rules loaded");
    Ok(rules)
}

fn walk(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let wrong = |error: &std::io::Error| Failure::Usage(format!("--rules {}: {error}", path.display()));
    if path.is_file() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(|error| wrong(&error))? {
        let path = entry.map_err(|error| wrong(&error))?.path();
        let is_rule = path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml");
        if path.is_dir() && !path.is_symlink() {
            walk(&path, files)?;
        } else if is_rule {
            files.push(path);
        }
    }
    Ok(())
}
