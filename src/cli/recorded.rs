//! What the commands on recorded logs share: what is wanted of the logs, and
//! what of them could not be read.

use super::args::Narrowed;
use super::live::now;
use super::out::say;
use super::setting::Setting;
use crate::domain::text::visible;
use crate::recorded::{Loaded, Options};

/// What is wanted of recorded logs: their window is only what the user names.
pub fn recorded_options(setting: &Setting, narrowed: &Narrowed) -> Options {
    Options {
        since: setting.since.map(|since| since.at(now())),
        until: narrowed.until.map(|until| until.at(now())),
        regions: setting.config.regions.iter().filter(|region| *region != "all").cloned().collect(),
        accounts: narrowed.account.clone(),
        ..Options::default()
    }
}

/// Something was there, and none of it was an event: neither one that was wanted,
/// nor one that the user did not ask for. Digests lie beside every log and are none.
pub fn nothing_read(loaded: &Loaded) -> bool {
    let left_out = loaded.files + loaded.not_wanted > 0;
    let other = loaded.passed_over_count > loaded.digests;
    loaded.events == 0 && (loaded.broken_count > 0 || (other && !left_out) || nothing_there(loaded))
}

/// There was no file at all that could have held an event.
fn nothing_there(loaded: &Loaded) -> bool {
    loaded.files + loaded.not_wanted + loaded.broken_count + loaded.passed_over_count == 0 && !loaded.cancelled
}

/// Says what a load of these paths could not read, or that there was nothing to read.
pub fn say_loaded(loaded: &Loaded, paths: &[String]) {
    const SHOWN: usize = 10;
    if nothing_there(loaded) {
        let places: Vec<_> = paths.iter().map(|path| visible(path)).collect();
        say(&format!(
            "stanch: {}: there is no file in it; what is looked for are CloudTrail logs, plain, .gz or .zst",
            places.join(", ")
        ));
    }
    for broken in loaded.broken.iter().take(SHOWN) {
        say(&format!("stanch: {}: byte {}: {}", visible(&broken.file), broken.offset, visible(&broken.why)));
    }
    if loaded.broken_count > SHOWN {
        say(&format!("stanch: {} more broken records", loaded.broken_count - SHOWN));
    }
    for (file, why) in loaded.passed_over.iter().take(SHOWN) {
        say(&format!("stanch: {}: passed over: {}", visible(file), visible(why)));
    }
    if loaded.passed_over_count > SHOWN {
        say(&format!("stanch: {} more files passed over", loaded.passed_over_count - SHOWN));
    }
}
