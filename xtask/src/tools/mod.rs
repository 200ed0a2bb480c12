//! Setting up what the commands need, each tool in the first way that works.
//!
//! - `rust`: the wasm32 target, Trunk and wasm-bindgen
//! - `prebuilt`: programs from their projects' release pages
//! - `node`: Node's packages: wasm-opt, and what the browser tests use
//! - `chromium`: the browser for the tests
//!
//! What is pinned is pinned here or in the package files of `xtask/npm` and `tests/browser`.

pub mod chromium;
pub mod node;
mod prebuilt;
pub mod rust;
