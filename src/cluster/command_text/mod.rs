//! The text form of a [`Command`], one a line, for lesson files, the command line and what a page copies:
//! `create-topic topic=orders partitions=6 min.insync.replicas=2`. One table names each command and its words; reading,
//! writing and the docs derive from it.
//!
//! Settings are looked up in the table of configs and their values checked by themselves. Left out: whether settings go
//! together, and whether names and numbers are within the limits; see [`super::command_check`].

mod codec;
mod error;
mod table;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod words;

use crate::{
    cluster::command::Command,
    i18n::Template,
    kafka::config::{self, ConfigError, Scope, Settings},
};

pub use codec::ParamKind;
pub use error::{ALL, CommandTextError};
pub use table::VERBS;
use table::{Breaks, Given, Read, Write};

/// The command that a line says.
pub fn parse(line: &str) -> Result<Command, CommandTextError> {
    let mut words = words::words(line)?.into_iter();
    let first = words.next().ok_or(CommandTextError::Empty)?;
    let Some(verb) = VERBS.iter().find(|verb| verb.name == first.name && first.value.is_none()) else {
        let did_you_mean = config::nearest(VERBS.iter().map(|verb| verb.name), &first.name);
        let verb = if first.value.is_some() { first.name + "=" } else { first.name };
        return Err(CommandTextError::UnknownVerb { verb, did_you_mean });
    };
    let mut given = Given { params: Vec::new(), settings: Settings::new() };
    for word in words {
        let Some(raw) = word.value else { return Err(CommandTextError::NoValue { word: word.name }) };
        let twice = if let Some(param) = verb.params.iter().find(|param| param.name == word.name) {
            let twice = given.params.iter().any(|(name, _)| *name == param.name);
            given.params.push((param.name, raw));
            twice
        } else {
            let value = raw.text();
            verb.setting(&word.name)?.check_value(&value)?;
            given.settings.insert(word.name.clone(), value).is_some()
        };
        if twice {
            return Err(CommandTextError::Twice { name: word.name });
        }
    }
    (verb.read)(&given)
}

/// The line that says this command; [`parse`] gives the command back if its partitions are not negative and its
/// settings are known and in range.
pub fn print(command: &Command) -> String {
    VERBS.iter().find_map(|verb| (verb.write)(command)).unwrap_or_default()
}

/// Does this command break something, so that [`crate::cluster::World::broken`] lists it or a disk is empty?
pub fn breaks(command: &Command) -> bool {
    VERBS.iter().any(|verb| (verb.breaks)(command))
}

/// One command: a row of [`VERBS`].
#[derive(Debug)]
pub struct Verb {
    /// The first word of its line.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub help: Template,
    /// The words that it takes, in the order in which they are written.
    pub params: &'static [Param],
    /// The scope of the configs that it takes after them.
    pub settings: Option<Scope>,
    breaks: Breaks,
    read: Read,
    write: Write,
}

/// One word that a command takes.
#[derive(Debug)]
pub struct Param {
    /// What stands before `=`.
    pub name: &'static str,
    /// What may stand after it.
    pub kind: ParamKind,
    /// Whether it must be there.
    pub required: bool,
    /// What it means, in one sentence.
    pub help: Template,
}

impl Verb {
    /// How the line looks, for docs: `create-topic topic= partitions= [replication.factor=] [a topic config=]`.
    pub fn usage(&self) -> String {
        let mut line = self.name.to_owned();
        for param in self.params {
            line.push_str(&if param.required {
                format!(" {}=…", param.name)
            } else {
                format!(" [{}=…]", param.name)
            });
        }
        if self.settings.is_some() {
            line.push_str(" [config=…]");
        }
        line
    }

    /// The config that this word sets; or that there is neither such a parameter nor such a config.
    fn setting(&self, name: &str) -> Result<&'static config::Config, CommandTextError> {
        let unknown = match self.settings.map(|scope| config::lookup(scope, name)) {
            Some(Ok(config)) => return Ok(config),
            Some(Err(error)) => Some(error),
            None => None,
        };
        if let Some(error @ ConfigError::Unknown { belongs_to: Some(_), .. }) = unknown {
            return Err(error.into());
        }
        let settings = self.settings.into_iter().flat_map(config::of_scope).map(|config| config.name);
        let did_you_mean = config::nearest(self.params.iter().map(|param| param.name).chain(settings), name);
        Err(CommandTextError::UnknownParam { verb: self.name, name: name.to_owned(), did_you_mean })
    }
}
