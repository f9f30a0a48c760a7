//! The architecture as a test: which layer may name which, that files name each
//! other in no circle, which crates stay outside the pure layers, and how long a
//! file may be.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each layer may name. The outermost ones, `cli` and the crate's root, may name all.
const PERMITTED: [(&str, &[&str]); 14] = [
    ("domain", &[]),
    ("trail", &["domain"]),
    ("recorded", &["domain", "trail"]),
    ("detect", &["domain", "trail"]),
    ("knowledge", &["domain", "trail"]),
    ("respond", &["domain"]),
    ("case", &["domain", "respond"]),
    ("port", &["domain", "respond"]),
    ("aws", &["domain", "respond", "port"]),
    ("sim", &[]),
    ("app", &["domain", "trail", "detect", "knowledge", "respond"]),
    ("view", &["domain", "trail", "detect", "knowledge", "respond", "app"]),
    ("runtime", &["domain", "trail", "detect", "recorded", "port", "case", "app", "view"]),
    ("config", &["domain", "trail", "respond"]),
];

/// Single files that may name more than their layer: the file, and the layers.
/// These carry plans out or on, or show what a journal says of them: the port
/// that changes things, and the runs that they drive, speak in words of `respond`.
const EXCEPTIONS: [(&str, &[&str]); 5] = [
    ("runtime/drive", &["respond"]),
    ("runtime/runs", &["respond"]),
    ("runtime/hands", &["respond"]),
    ("runtime/recovery", &["respond"]),
    ("runtime/docket/page", &["respond"]),
];

/// Layers that may name tokio and AWS crates.
const OUTER: [&str; 4] = ["runtime", "aws", "sim", "cli"];

const LONGEST: usize = 400;

/// Layers whose files may still name each other in a circle.
const WITH_CIRCLES: [&str; 1] = ["sim"];

#[test]
fn every_arrow_between_layers_is_permitted() {
    let mut wrong = Vec::new();
    for file in sources() {
        let Some(permitted) = permitted(&file) else { continue };
        for (line, named) in file.arrows() {
            if named != file.layer && !permitted.contains(named.as_str()) {
                wrong.push(format!("{}:{line}: {} may not name {named}", file.path.display(), file.layer));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_layer_is_known() {
    let known: BTreeSet<&str> = PERMITTED.iter().map(|(layer, _)| *layer).chain(["cli", "lib", "main"]).collect();
    let unknown: BTreeSet<String> =
        sources().into_iter().map(|file| file.layer).filter(|layer| !known.contains(layer.as_str())).collect();
    assert!(unknown.is_empty(), "say in PERMITTED what these may name: {unknown:?}");
}

#[test]
fn layers_name_each_other_in_no_circle() {
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in sources() {
        let named = file.arrows().into_iter().map(|(_, named)| named).filter(|named| *named != file.layer);
        arrows.entry(file.layer.clone()).or_default().extend(named);
    }
    let arrows = in_circles(arrows);
    assert!(arrows.is_empty(), "these layers name each other in a circle: {arrows:?}");
}

/// What a parent's file defines belongs to its children: naming it is no arrow.
#[test]
fn files_of_a_layer_name_each_other_in_no_circle() {
    let files: Vec<Source> =
        sources().into_iter().filter(|file| !WITH_CIRCLES.contains(&file.layer.as_str())).collect();
    let known: BTreeSet<&[String]> = files.iter().map(|file| file.module.as_slice()).collect();
    let arrows = files
        .iter()
        .map(|file| {
            let named = file.paths().into_iter().filter_map(|(_, path)| {
                let named = (1..=path.len()).rev().map(|length| &path[..length]).find(|path| known.contains(path))?;
                (named[0] == file.layer && !file.module.starts_with(named)).then(|| named.join("/"))
            });
            (file.module.join("/"), named.collect())
        })
        .collect();
    let arrows = in_circles(arrows);
    assert!(arrows.is_empty(), "these files name each other in a circle: {arrows:#?}");
}

/// The arrows that lie on circles, or between two of them.
fn in_circles(mut arrows: BTreeMap<String, BTreeSet<String>>) -> BTreeMap<String, BTreeSet<String>> {
    // What names nothing that is left can go, and so can what nothing names.
    loop {
        let named: BTreeSet<String> = arrows.values().flatten().cloned().collect();
        let left: BTreeSet<String> = arrows.keys().filter(|one| named.contains(*one)).cloned().collect();
        let before = arrows.clone();
        arrows.retain(|one, named| {
            named.retain(|other| left.contains(other));
            left.contains(one) && !named.is_empty()
        });
        if arrows == before {
            return arrows;
        }
    }
}

#[test]
fn tokio_and_aws_crates_stay_in_the_outer_layers() {
    let mut wrong = Vec::new();
    for file in sources().iter().filter(|file| !OUTER.contains(&file.layer.as_str())) {
        for (number, line) in file.code() {
            for word in line.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
                if word == "tokio" || word == "tokio_util" || (word.starts_with("aws_") && names_crate(&line, word)) {
                    wrong.push(format!("{}:{number}: {} may not name {word}", file.path.display(), file.layer));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let mut wrong = Vec::new();
    for path in rust_files(&root().join("src")).into_iter().chain(rust_files(&root().join("tests"))) {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        if lines > LONGEST {
            wrong.push(format!("{}: {lines} lines, over {LONGEST}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn modules_stand_beside_their_folders() {
    let wrong: Vec<PathBuf> = rust_files(&root().join("src"))
        .into_iter()
        .filter(|path| path.file_name().is_some_and(|name| name == "mod.rs"))
        .collect();
    assert!(wrong.is_empty(), "write foo.rs beside foo/, no mod.rs: {wrong:?}");
}

#[test]
fn every_module_says_what_it_is_for() {
    let wrong: Vec<PathBuf> = rust_files(&root().join("src"))
        .into_iter()
        .filter(|path| !is_test_file(path.strip_prefix(root().join("src")).unwrap()))
        .filter(|path| !fs::read_to_string(path).unwrap().starts_with("//!"))
        .collect();
    assert!(wrong.is_empty(), "these begin without a //! head: {wrong:?}");
}

/// One source file, seen as a part of its layer.
struct Source {
    path: PathBuf,
    /// `respond`, of src/respond.rs and all below src/respond/.
    layer: String,
    /// `["respond", "call"]`, of src/respond/call.rs.
    module: Vec<String>,
    text: String,
}

impl Source {
    /// The lines of code with their numbers: no comments, and nothing that only tests compile.
    fn code(&self) -> Vec<(usize, String)> {
        let mut lines = Vec::new();
        let mut skipping: Option<i32> = None;
        let mut pending = false;
        for (index, line) in self.text.lines().enumerate() {
            let line = line.split("//").next().unwrap_or("").to_string();
            let depth = line.matches('{').count() as i32 - line.matches('}').count() as i32;
            if let Some(open) = skipping {
                let open = open + depth;
                skipping = (open > 0).then_some(open);
                continue;
            }
            if line.trim_start().starts_with("#[cfg(test)]") {
                pending = true;
                continue;
            }
            if pending {
                if line.contains('{') {
                    pending = false;
                    skipping = (depth > 0).then_some(depth);
                } else if line.contains(';') {
                    pending = false;
                }
                continue;
            }
            lines.push((index + 1, line));
        }
        lines
    }

    /// The top-level modules that the file names, each with a line number.
    fn arrows(&self) -> Vec<(usize, String)> {
        let known: BTreeSet<&str> = PERMITTED.iter().map(|(layer, _)| *layer).chain(["cli"]).collect();
        let heads = self.paths().into_iter().filter_map(|(line, path)| Some((line, path.into_iter().next()?)));
        heads.filter(|(_, head)| known.contains(head.as_str())).collect()
    }

    /// The paths within the crate that the file names, from the crate's root,
    /// each with a line number. A module that it declares is one of them.
    fn paths(&self) -> Vec<(usize, Vec<String>)> {
        let mut text = String::new();
        let mut starts = Vec::new();
        let mut found = Vec::new();
        for (number, line) in self.code() {
            if let Some((_, child)) = line.trim_end_matches(';').split_once("mod ").filter(|_| line.ends_with(';')) {
                found.push((number, [self.module.as_slice(), &[name(child)]].concat()));
            }
            starts.push((text.len(), number));
            text.push_str(&line);
            text.push('\n');
        }
        let number_at =
            |at: usize| starts.iter().rev().find(|(start, _)| *start <= at).map_or(0, |(_, number)| *number);
        for prefix in ["crate::", "stanch::", "self::", "super::"] {
            for (at, _) in text.match_indices(prefix) {
                if text[..at].ends_with(|c: char| c.is_alphanumeric() || "_$:".contains(c)) {
                    continue;
                }
                let mut rest = &text[at + prefix.len()..];
                let mut base = match prefix {
                    "self::" => self.module.as_slice(),
                    "super::" => parent(&self.module),
                    _ => &[],
                };
                while let Some(up) = rest.strip_prefix("super::") {
                    (rest, base) = (up, parent(base));
                }
                found.extend(tails(rest).into_iter().map(|tail| (number_at(at), [base, tail.as_slice()].concat())));
            }
        }
        found
    }
}

fn parent(module: &[String]) -> &[String] {
    module.split_last().map_or(&[], |(_, parent)| parent)
}

/// The paths that a text begins with: one, or all of a braced group.
fn tails(text: &str) -> Vec<Vec<String>> {
    let Some(group) = text.strip_prefix('{') else {
        let first = name(text);
        let Some(rest) = text[first.len()..].strip_prefix("::") else { return vec![vec![first]] };
        return tails(rest).into_iter().map(|tail| [vec![first.clone()], tail].concat()).collect();
    };
    let mut depth = 0;
    let mut found = Vec::new();
    let mut fresh = true;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            c if fresh && (c.is_alphabetic() || c == '_') => {
                fresh = false;
                found.extend(tails(&group[at..]));
            }
            _ => {}
        }
    }
    found
}

fn name(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The word is used as a crate: a path goes on from it, or `use` stands before it.
fn names_crate(line: &str, word: &str) -> bool {
    line.contains(&format!("{word}::")) || line.contains(&format!("use {word}"))
}

fn permitted(file: &Source) -> Option<BTreeSet<&'static str>> {
    let (_, layers) = PERMITTED.iter().find(|(layer, _)| *layer == file.layer)?;
    let mut permitted: BTreeSet<&str> = layers.iter().copied().collect();
    let module = file.module.join("/");
    for (path, more) in EXCEPTIONS {
        if module == path || module.starts_with(&format!("{path}/")) {
            permitted.extend(more);
        }
    }
    Some(permitted)
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    rust_files(&src)
        .into_iter()
        .filter(|path| !is_test_file(path.strip_prefix(&src).unwrap()))
        .map(|path| {
            let inner = path.strip_prefix(&src).unwrap().with_extension("");
            let module: Vec<String> =
                inner.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
            Source { layer: module[0].clone(), text: fs::read_to_string(&path).unwrap(), module, path }
        })
        .collect()
}

/// `foo/tests.rs` and all in `foo/tests/` are compiled for tests alone.
fn is_test_file(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem == "tests") || path.components().any(|part| part.as_os_str() == "tests")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
