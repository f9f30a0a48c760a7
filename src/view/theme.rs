//! Themes: which style each role of the screen has, read from TOML, brought
//! down to the colours that the terminal has. Nothing rests on colour alone, so
//! a terminal without any loses nothing but comfort.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use crate::app::prose::Tone;
use crate::domain::finding::Severity;

/// The colours that a terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// None: bold, underline and reverse only (`NO_COLOR`, `TERM=dumb`).
    None,
    /// The sixteen named ones.
    Ansi16,
    /// The palette of 256.
    Indexed256,
    /// All of them.
    True,
}

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words are the theme file's own")]
pub enum Role {
    Plain,
    Dim,
    Strong,
    Label,
    Heading,
    Good,
    Warn,
    Bad,
    Key,
    Informational,
    Low,
    Medium,
    High,
    Critical,
    FieldKey,
    FieldText,
    FieldValue,
    Match,
    Border,
    BorderFocus,
    Title,
    Selection,
    SelectionIdle,
    Header,
    ReadOnly,
    Armed,
    Footer,
    Field,
    Bar,
}

impl Role {
    const COUNT: usize = 29;
}

impl From<Tone> for Role {
    fn from(tone: Tone) -> Self {
        match tone {
            Tone::Plain => Self::Plain,
            Tone::Dim => Self::Dim,
            Tone::Strong => Self::Strong,
            Tone::Label => Self::Label,
            Tone::Heading => Self::Heading,
            Tone::Good => Self::Good,
            Tone::Warn => Self::Warn,
            Tone::Bad => Self::Bad,
            Tone::Key => Self::Key,
            Tone::Level(severity) => Self::from(severity),
            Tone::FieldKey => Self::FieldKey,
            Tone::FieldText => Self::FieldText,
            Tone::FieldValue => Self::FieldValue,
            Tone::Match => Self::Match,
        }
    }
}

impl From<Severity> for Role {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Informational => Self::Informational,
            Severity::Low => Self::Low,
            Severity::Medium => Self::Medium,
            Severity::High => Self::High,
            Severity::Critical => Self::Critical,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    roles: BTreeMap<Role, Look>,
}

/// One role as the file writes it: `#rrggbb` for terminals that can, a name of
/// the sixteen for those that cannot, and what needs no colour.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Look {
    fg: Option<String>,
    bg: Option<String>,
    ansi: Option<String>,
    ansi_bg: Option<String>,
    bold: bool,
    underline: bool,
    reverse: bool,
    dim: bool,
    italic: bool,
}

/// The styles of all roles, and whether symbols must be plain ASCII.
#[derive(Debug, Clone)]
pub struct Theme {
    styles: [Style; Role::COUNT],
    /// Every symbol has its ASCII stand-in.
    pub ascii: bool,
}

/// The themes that come with the console: name and text.
pub const BUILTIN: [(&str, &str); 3] = [
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
    ("high-contrast", include_str!("../../assets/themes/high-contrast.toml")),
];

impl Theme {
    /// A theme that comes with the console: `dark`, `light` or `high-contrast`.
    pub fn builtin(name: &str, depth: Depth, ascii: bool) -> Result<Self, String> {
        let (_, text) = BUILTIN.into_iter().find(|(known, _)| *known == name).ok_or_else(|| {
            format!("there is no theme '{name}': dark, light and high-contrast come with stanch; a path ending in .toml names your own")
        })?;
        Self::parse(text, depth, ascii)
    }

    /// A theme from the text of its file; roles that it leaves out are plain.
    pub fn parse(text: &str, depth: Depth, ascii: bool) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| format!("theme: {error}"))?;
        let mut styles = [Style::new(); Role::COUNT];
        for (role, look) in file.roles {
            styles[role as usize] = style(&look, depth).map_err(|why| format!("theme: {role:?}: {why}"))?;
        }
        Ok(Self { styles, ascii })
    }

    /// A theme without any colour: what needs attention is bold, what is selected reversed.
    pub fn colourless(ascii: bool) -> Self {
        Self::builtin("high-contrast", Depth::None, ascii)
            .unwrap_or(Self { styles: [Style::new(); Role::COUNT], ascii })
    }

    /// The style of a role.
    pub fn style(&self, role: impl Into<Role>) -> Style {
        self.styles[role.into() as usize]
    }
}

fn style(look: &Look, depth: Depth) -> Result<Style, String> {
    let mut style = Style::new();
    for (on, modifier) in [
        (look.bold, Modifier::BOLD),
        (look.underline, Modifier::UNDERLINED),
        (look.reverse, Modifier::REVERSED),
        (look.dim, Modifier::DIM),
        (look.italic, Modifier::ITALIC),
    ] {
        if on {
            style = style.add_modifier(modifier);
        }
    }
    if let Some(color) = color(look.fg.as_deref(), look.ansi.as_deref(), depth)? {
        style = style.fg(color);
    }
    if let Some(color) = color(look.bg.as_deref(), look.ansi_bg.as_deref(), depth)? {
        style = style.bg(color);
    }
    Ok(style)
}

fn color(hex: Option<&str>, name: Option<&str>, depth: Depth) -> Result<Option<Color>, String> {
    let rgb = hex.map(parse_hex).transpose()?;
    let named = name.map(|name| name.parse::<Color>().map_err(|_| format!("'{name}' is no colour"))).transpose()?;
    Ok(match (depth, rgb, named) {
        (Depth::None, ..) => None,
        (Depth::True, Some((r, g, b)), _) => Some(Color::Rgb(r, g, b)),
        (Depth::Indexed256, Some(rgb), _) => Some(Color::Indexed(nearest(rgb))),
        (_, _, named) => named,
    })
}

fn parse_hex(text: &str) -> Result<(u8, u8, u8), String> {
    let wrong = || format!("'{text}' is no colour: write #rrggbb");
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii()).ok_or_else(wrong)?;
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| wrong());
    Ok((part(0)?, part(2)?, part(4)?))
}

/// The nearest colour of the palette of 256: its 6×6×6 cube or its 24 greys.
fn nearest((red, green, blue): (u8, u8, u8)) -> u8 {
    const STEPS: [i32; 6] = [0, 95, 135, 175, 215, 255];
    let wanted = [red, green, blue];
    let step = |value: u8| (0..6).min_by_key(|index| (STEPS[*index] - i32::from(value)).abs()).unwrap_or(0);
    let far = |colour: [i32; 3]| -> i32 {
        colour.iter().zip(wanted).map(|(part, wanted)| (part - i32::from(wanted)).pow(2)).sum()
    };
    let steps = wanted.map(step);
    let cube = far(steps.map(|step| STEPS[step]));
    let grey = (0..24).min_by_key(|index| far([8 + 10 * index; 3])).unwrap_or(0);
    if far([8 + 10 * grey; 3]) < cube { 232 + grey as u8 } else { 16 + (36 * steps[0] + 6 * steps[1] + steps[2]) as u8 }
}

#[cfg(test)]
mod tests {
    use ratatui::style::{Color, Modifier};

    use super::{BUILTIN, Depth, Role, Theme, nearest};

    #[test]
    fn every_theme_that_comes_along_reads_at_every_depth() {
        for (name, _) in BUILTIN {
            for depth in [Depth::None, Depth::Ansi16, Depth::Indexed256, Depth::True] {
                let theme = Theme::builtin(name, depth, false).unwrap();
                let critical = theme.style(Role::Critical);
                assert!(critical.add_modifier.contains(Modifier::BOLD), "{name}: critical is bold without colour");
                assert_eq!(critical.fg.is_none(), depth == Depth::None, "{name} {depth:?}");
                assert_ne!(theme.style(Role::Selection), theme.style(Role::Plain), "{name} {depth:?}");
                assert_ne!(theme.style(Role::Armed), theme.style(Role::ReadOnly), "{name} {depth:?}");
            }
        }
        assert!(Theme::builtin("neon", Depth::True, false).unwrap_err().contains("high-contrast"));
    }

    #[test]
    fn a_wrong_theme_says_what_is_wrong() {
        assert!(Theme::parse("[roles]\nsparkle = {}", Depth::True, false).unwrap_err().contains("sparkle"));
        assert!(
            Theme::parse("[roles]\nplain = { fg = \"red-ish\" }", Depth::True, false).unwrap_err().contains("#rrggbb")
        );
    }

    #[test]
    fn a_colour_is_brought_down_to_the_nearest_of_256() {
        assert_eq!(nearest((255, 0, 0)), 196);
        assert_eq!(nearest((128, 128, 128)), 244);
        let theme =
            Theme::parse("[roles]\nbad = { fg = \"#ff0000\", ansi = \"red\" }", Depth::Indexed256, false).unwrap();
        assert_eq!(theme.style(Role::Bad).fg, Some(Color::Indexed(196)));
    }
}
