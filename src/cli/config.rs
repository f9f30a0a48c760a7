//! `stanch config`: the configuration in force, its sample, or where files are kept.

use super::args;
use super::console::theme;
use super::failure::{Exit, Failure, Outcome};
use super::out::Out;
use super::setting::Setting;
use crate::app::keymap::Keymap;
use crate::config::SAMPLE;

/// Prints what is asked for.
pub fn run(args: &args::Config, setting: &Setting) -> Outcome {
    let mut out = Out::new();
    if args.sample {
        out.text(SAMPLE)?;
    } else if args.paths {
        out.line(&format!("config  {}", setting.folders.config.join("config.toml").display()))?;
        out.line(&format!("cases   {}", setting.folders.cases().display()))?;
        out.line(&format!("log     {}", setting.folders.state.join("stanch.log").display()))?;
    } else {
        // What the console would refuse is refused here, too.
        Keymap::with_changes(&setting.config.keys).map_err(Failure::Usage)?;
        theme(setting)?;
        let text = toml::to_string(&setting.config)
            .map_err(|error| Failure::Failed(format!("the configuration cannot be written: {error}")))?;
        out.text(&text)?;
    }
    out.flush()?;
    Ok(Exit::Done)
}
