//! Forms: what can be created and configured. Settings come from the config table; a form is data ([`model::Form`]),
//! one component draws them all, and each makes one command. What the model refuses appears at its field, and nothing
//! typed is lost.

mod broker;
mod consumer;
mod dialog;
mod faults;
mod field;
mod model;
mod offsets;
mod producer;
mod read;
mod reassign;
mod send;
mod settings;
mod topic;

pub use dialog::FormDialog;
pub use faults::{Kind, PALETTE};
pub use model::Current;
pub use send::SendOne;

use kafkascope::i18n::Text;

/// Why a command was refused, and at which field.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The field or setting; `None`: the whole.
    pub field: Option<String>,
    /// What is wrong and what is allowed.
    pub text: Text,
    /// Counts refusals, so that the same one twice is two.
    pub count: u32,
}
