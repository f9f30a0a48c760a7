//! The rules that the program brings along, from `assets/rules/`.

/// Path and text of every rule.
pub(super) const RULES: &[(&str, &str)] = &[];
