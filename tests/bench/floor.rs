//! The yardstick: reading, unpacking and a typed parse of some fields, on all cores.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use rayon::prelude::*;

/// Does what no reader of these logs can do without.
pub fn run(files: &[PathBuf]) {
    #[derive(serde::Deserialize)]
    struct Log<'a> {
        #[serde(borrow, rename = "Records")]
        records: Vec<Record<'a>>,
    }
    #[derive(serde::Deserialize)]
    #[expect(dead_code, reason = "the floor parses and uses nothing")]
    #[serde(rename_all = "camelCase")]
    struct Record<'a> {
        #[serde(rename = "eventID")]
        event_id: &'a str,
        event_time: &'a str,
        event_name: &'a str,
        event_source: &'a str,
        aws_region: &'a str,
    }
    files.par_iter().for_each(|file| {
        let mut bytes = fs::read(file).unwrap();
        if file.extension().is_some_and(|ending| ending == "gz") {
            let mut plain = Vec::with_capacity(bytes.len() * 12);
            MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).unwrap();
            bytes = plain;
        }
        let log: Log<'_> = serde_json::from_slice(&bytes).unwrap();
        std::hint::black_box(log.records.len());
    });
}

/// All files under a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}
