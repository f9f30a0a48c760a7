//! The console itself: on live AWS, on recorded logs, and on a simulated
//! account. Here its parts are put together; it runs in [`crate::runtime`].

use std::fs;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::FutureExt as _;

use super::args::{Demo, Open, RuleFlags};
use super::failure::{Exit, Failure, Outcome};
use super::live::connect_options;
use super::recorded::recorded_options;
use super::setting::Setting;
use super::{playbooks, rules};
use crate::app::keymap::Keymap;
use crate::app::{Mode, Model, Settings, Start};
use crate::aws::connect as aws;
use crate::config::Color;
use crate::domain::window::Window;
use crate::recorded;
use crate::runtime::clock::Clock;
use crate::runtime::escape::Manner;
use crate::runtime::{self, Connect, End, Source};
use crate::sim::Simulator;
use crate::sim::scenario::Scenario;
use crate::trail::timeline::Retention;
use crate::view::{Depth, Theme};

/// Opens the console on live AWS.
pub fn live(setting: &Setting) -> Outcome {
    need_terminal()?;
    let options = connect_options(setting);
    let endpoint = options.endpoint_url.clone().or_else(|| variable("AWS_ENDPOINT_URL"));
    run(setting, Mode::Live, endpoint, Clock::wall(), Source::Live(connecting(options)), &RuleFlags::default())
}

/// Opens the console on a simulated account. Nothing of the user's AWS
/// configuration is read, and nothing leaves the process.
pub fn demo(args: &Demo, setting: &Setting) -> Outcome {
    need_terminal()?;
    if !(args.speed > 0.0 && args.speed <= 3600.0) {
        return Err(Failure::Usage("--speed is more than 0 and at most 3600".into()));
    }
    let mut simulated = super::sim::options(&args.scenario, args.seed)?;
    simulated.speed = args.speed;
    let regions = match setting.config.regions.as_slice() {
        [] => home_first(&simulated.scenario),
        named => named.to_vec(),
    };
    let simulator = Simulator::new(simulated);
    let options = aws::Options {
        regions,
        stand_in: Some(crate::sim::connect::http_client(Arc::clone(&simulator))),
        ..aws::Options::default()
    };
    let clock = Clock::of(move || simulator.now(), args.speed);
    run(setting, Mode::Demo, None, clock, Source::Live(connecting(options)), &RuleFlags::default())
}

/// Opens the console on recorded logs.
pub fn open(args: &Open, setting: &Setting) -> Outcome {
    need_terminal()?;
    let inputs = recorded_inputs(&args.paths)?;
    let narrowed = recorded_options(setting, &args.narrowed);
    let options = recorded::Options { gives_way: true, ..narrowed };
    run(setting, Mode::Recorded, None, Clock::wall(), Source::Recorded(inputs, options), &args.rules)
}

/// Paths as recorded logs; `-` is standard input. One that does not exist is wrong use.
pub fn recorded_inputs(paths: &[PathBuf]) -> Result<Vec<recorded::Input>, Failure> {
    let input = |path: &PathBuf| {
        if path.as_os_str() != "-" && !path.exists() {
            return Err(Failure::Usage(format!("{}: no such file or folder", path.display())));
        }
        Ok(recorded::Input::of_argument(&path.to_string_lossy()))
    };
    paths.iter().map(input).collect()
}

fn connecting(options: aws::Options) -> Connect {
    Arc::new(move |profiles| {
        let mut options = options.clone();
        if !profiles.is_empty() {
            options.profiles = profiles;
        }
        async move { aws::connect(&options).await }.boxed()
    })
}

fn run(
    setting: &Setting,
    mode: Mode,
    endpoint: Option<String>,
    clock: Clock,
    source: Source,
    flags: &RuleFlags,
) -> Outcome {
    let config = &setting.config;
    let now = clock.now();
    let since = config.since.at(now);
    let window = Window::at_least(now.duration_since(since));
    let settings = Settings {
        window,
        saved_filters: config.filters.clone(),
        keymap: Keymap::with_changes(&config.keys).map_err(Failure::Usage)?,
        may_arm: mode == Mode::Demo || (mode == Mode::Live && config.write),
        bell: config.screen.bell,
        notify: config.screen.notify,
        case: setting.case_id(),
        guardrails: config.guardrails.clone(),
        retention: Retention { max_events: config.retention.max_events, ..Retention::default() },
        ..Settings::default()
    };
    let catalogue = Arc::new(playbooks::catalogue(setting)?);
    let size = crossterm::terminal::size()?;
    let start = Start { mode, now, size, scopes: Vec::new(), endpoint, settings, catalogue };
    let options = runtime::Options {
        model: Model::new(start),
        theme: theme(setting)?,
        clock,
        source,
        window: window.until(now),
        rules: rules::load(flags, setting)?,
        cases: setting.folders.cases(),
        case: setting.case.as_ref().map(|case| setting.case_folder(case)),
        mouse: config.screen.mouse,
        manner: Manner::of(variable),
    };
    match runtime::run(options) {
        Ok(End::Quit | End::HungUp) => Ok(Exit::Done),
        Ok(End::Signal) => Ok(Exit::Failed),
        Err(broken) => Err(Failure::Failed(broken.to_string())),
    }
}

fn home_first(scenario: &Scenario) -> Vec<String> {
    let mut regions = scenario.account.regions.clone();
    regions.sort_by_key(|region| *region != scenario.account.home_region);
    regions
}

/// The theme that the configuration names, in the colours that the terminal has.
pub fn theme(setting: &Setting) -> Result<Theme, Failure> {
    let screen = &setting.config.screen;
    let depth = depth(screen.color, variable);
    let ascii = screen.ascii || !is_utf8(variable);
    let file = setting.folders.config.join("themes").join(format!("{}.toml", screen.theme));
    let theme = if file.is_file() {
        let text = fs::read_to_string(&file).map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))?;
        Theme::parse(&text, depth, ascii)
    } else {
        Theme::builtin(&screen.theme, depth, ascii)
    };
    theme.map_err(Failure::Usage)
}

/// The colours that the terminal says it has.
fn depth(color: Color, get: impl Fn(&str) -> Option<String>) -> Depth {
    let term = get("TERM").unwrap_or_default();
    let forbidden = color == Color::Never || (color == Color::Auto && (get("NO_COLOR").is_some() || term == "dumb"));
    if forbidden {
        return Depth::None;
    }
    let direct = get("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit");
    if direct || term.ends_with("-direct") {
        Depth::True
    } else if term.contains("256color")
        || ["kitty", "ghostty", "alacritty", "foot"].iter().any(|name| term.contains(name))
    {
        Depth::Indexed256
    } else {
        Depth::Ansi16
    }
}

/// The locale's characters are UTF-8: the first of these that is set decides (locale(7)).
fn is_utf8(get: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| get(name)).unwrap_or_default();
    let locale = locale.to_ascii_uppercase();
    locale.contains("UTF-8") || locale.contains("UTF8")
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The console needs a terminal on standard output. Keys come from the
/// terminal even where standard input is a pipe (`stanch open -`).
pub fn need_terminal() -> Result<(), Failure> {
    if std::io::stdout().is_terminal() {
        return Ok(());
    }
    Err(Failure::Usage(
        "standard output is not a terminal, and the console needs one. For a pipe there are: stanch events, \
         stanch scan, stanch instances, stanch explain, stanch remediate; see stanch --help"
            .into(),
    ))
}

#[cfg(test)]
mod tests {
    use super::{depth, is_utf8};
    use crate::config::Color;
    use crate::view::Depth;

    fn among<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn colours_are_those_that_the_terminal_says_it_has() {
        assert_eq!(depth(Color::Auto, among(&[("TERM", "xterm-256color")])), Depth::Indexed256);
        assert_eq!(depth(Color::Auto, among(&[("TERM", "xterm"), ("COLORTERM", "truecolor")])), Depth::True);
        assert_eq!(depth(Color::Auto, among(&[("TERM", "vt220")])), Depth::Ansi16);
        assert_eq!(depth(Color::Auto, among(&[("TERM", "dumb")])), Depth::None);
        assert_eq!(depth(Color::Auto, among(&[("TERM", "xterm"), ("NO_COLOR", "1")])), Depth::None);
        assert_eq!(depth(Color::Always, among(&[("TERM", "xterm"), ("NO_COLOR", "1")])), Depth::Ansi16);
        assert_eq!(depth(Color::Never, among(&[("COLORTERM", "truecolor")])), Depth::None);
    }

    #[test]
    fn symbols_are_ascii_where_the_locale_is_not_utf_8() {
        assert!(is_utf8(among(&[("LANG", "en_GB.UTF-8")])));
        assert!(is_utf8(among(&[("LANG", "C"), ("LC_ALL", "C.utf8")])));
        assert!(!is_utf8(among(&[("LANG", "en_GB.UTF-8"), ("LC_ALL", "POSIX")])));
        assert!(!is_utf8(among(&[])));
    }
}
