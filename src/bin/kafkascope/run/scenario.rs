//! From the word on the command line to a scenario.

use std::{fs, path::Path};

use kafkascope::history::{Scenario, start_cluster};

/// A longer file is not a saved scenario.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// The scenario of that name, or in the file of that path; or what is wrong.
pub fn load(name: &str) -> Result<Scenario, String> {
    if name == "start" {
        return Ok(start_cluster());
    }
    let path = Path::new(name);
    if path.extension().is_none_or(|extension| extension != "json") {
        return Err(format!("{name}: not a scenario; expected `start`, or the path of a saved .json"));
    }
    let size = fs::metadata(path).map_err(|error| format!("{name}: {error}"))?.len();
    if size > MAX_FILE_BYTES {
        return Err(format!("{name}: {size} bytes; expected a saved scenario of at most {MAX_FILE_BYTES}"));
    }
    let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
    serde_json::from_str(&text).map_err(|error| {
        let line = error.line();
        format!("{name}:{line}: {error}; expected a saved scenario")
    })
}
