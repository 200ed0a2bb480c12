//! A run as a JSON file; `docs/schema/saved-run-1.schema.json` describes it, and a test holds the two together.
//!
//! Commands stand in it as the same lines as in the text form, so the schema is short and a file can be edited by hand.
//! Left out: where files come from.

use super::{
    Origin, Problem, ReadError, Saved, VERSION,
    fields::{Fields, Object, at, fields_text, invalid, items, problem, quoted},
    json::{self, Json, Node},
    problem::{
        ALLOWED_DIGEST, ALLOWED_LINES, ALLOWED_OBJECT, ALLOWED_RACKS, ALLOWED_SETTINGS, ALLOWED_SETUP, ALLOWED_TEXT,
        ALLOWED_TIME, ALLOWED_VERSION,
    },
    stamps::{Commands, check_scenario, controllers, moment, playhead, print_moment, print_setup, print_stamped},
    text::lang,
    time,
};
use crate::{
    cluster::ClusterSpec,
    history::{AFTER_ALL, Moment, Scenario},
    i18n::Template,
    kafka::limits,
};

/// Where the schema can be read.
pub const SCHEMA: &str = "docs/schema/saved-run-1.schema.json";

/// The fields of a file.
pub const FIELDS: &[&str] =
    &["$schema", "kafkascope", "name", "scenario", "commands", "playhead", "digest", "lens", "lang"];
/// The fields of a scenario that is a shipped lesson.
pub const LESSON_FIELDS: &[&str] = &["lesson", "seed"];
/// The fields of a scenario of one's own.
pub const OWN_FIELDS: &[&str] = &["seed", "brokers", "controllers", "settings", "setup", "begin"];

/// The file of a run.
pub fn write(saved: &Saved) -> String {
    object(saved) + "\n"
}

/// The run as an object.
pub(super) fn object(saved: &Saved) -> String {
    let mut object = Object::new(1);
    object.text("$schema", SCHEMA);
    object.raw("kafkascope", &VERSION.to_string());
    if !saved.name.is_empty() {
        object.text("name", &saved.name);
    }
    object.raw("scenario", &scenario(&saved.origin));
    object.list("commands", saved.commands.iter().map(print_stamped));
    object.text("playhead", &print_moment(saved.playhead));
    saved.digest.iter().for_each(|digest| object.text("digest", &print_digest(*digest)));
    saved.lens.iter().for_each(|lens| object.text("lens", lens));
    saved.lang.iter().for_each(|lang| object.text("lang", lang.tag()));
    object.end()
}

fn scenario(origin: &Origin) -> String {
    let mut object = Object::new(2);
    match origin {
        Origin::Lesson { id, seed } => {
            object.text("lesson", id);
            seed.iter().for_each(|seed| object.raw("seed", &seed.to_string()));
        }
        Origin::Own(own) => {
            object.raw("seed", &own.seed.to_string());
            let rack = |rack: &Option<String>| rack.as_deref().map_or("null".to_owned(), quoted);
            let racks: Vec<String> = own.cluster.racks.iter().map(rack).collect();
            object.raw("brokers", &format!("[{}]", racks.join(", ")));
            if own.cluster.controllers > 0 {
                object.raw("controllers", &own.cluster.controllers.to_string());
            }
            let mut settings = Object::new(3);
            own.cluster.settings.iter().for_each(|(name, value)| settings.text(name, value));
            object.raw("settings", &settings.end());
            object.list("setup", print_setup(own));
            object.text("begin", &time::print(own.begin_us));
        }
    }
    object.end()
}

/// The run of a file.
pub fn read(text: &str) -> Result<Saved, ReadError> {
    limits::FILE.check_text(text).map_err(ReadError::whole)?;
    // Some editors put a mark at the beginning.
    run(&json::read(text.strip_prefix('\u{feff}').unwrap_or(text))?)
}

/// The run of an object.
pub(super) fn run(root: &Node) -> Result<Saved, ReadError> {
    let fields = Fields::of(root, "kafkascope", FIELDS)?;
    version(root, &fields)?;
    fields.check_names()?;
    let mut commands = Commands::default();
    let mut saved =
        Saved { origin: origin(fields.need("scenario", &ALLOWED_OBJECT)?, &mut commands)?, ..Saved::default() };
    if let Some(node) = fields.take("name") {
        saved.name = fields_text(node, "name")?.to_owned();
        saved.check_words().map_err(at(node))?;
    }
    if let Some(node) = fields.take("lens") {
        saved.lens = Some(fields_text(node, "lens")?.to_owned());
        saved.check_words().map_err(at(node))?;
    }
    if let Some(node) = fields.take("lang") {
        saved.lang = Some(lang(fields_text(node, "lang")?).map_err(at(node))?);
    }
    if let Some(node) = fields.take("digest") {
        saved.digest = Some(digest(node)?);
    }
    if let Some(node) = fields.take("$schema") {
        fields_text(node, "$schema")?;
    }
    let lines = fields.need("commands", &ALLOWED_LINES)?;
    let head = playhead_of(&fields)?;
    let result = each(lines, "commands", &ALLOWED_LINES, |moment, line| commands.add(moment, line));
    saved.commands = commands.given;
    if let Err(error) = result {
        return Err(ReadError { sound: Some(saved.cut_short()), ..error });
    }
    let last = saved.commands.last().map_or(0, |last| last.time_us);
    saved.playhead = head.unwrap_or(Moment { time_us: last, event: AFTER_ALL });
    Ok(saved)
}

/// What a version that is not known has in it cannot be said, so that comes first.
fn version(root: &Node, fields: &Fields) -> Result<(), ReadError> {
    match fields.take("kafkascope") {
        Some(Node { value: Json::Number(version), .. }) if *version == VERSION.to_string() => Ok(()),
        Some(Node { value: Json::Number(version), line })
            if version.parse::<u64>().is_ok_and(|it| it > VERSION.into()) =>
        {
            Err(problem(*line, Problem::Newer { version: version.clone() }))
        }
        Some(node) => Err(invalid(node, "kafkascope", &ALLOWED_VERSION)),
        None => Err(problem(root.line, Problem::Missing { field: "kafkascope", allowed: ALLOWED_VERSION.text() })),
    }
}

/// A digest as it is written.
pub(super) fn print_digest(digest: u16) -> String {
    format!("{digest:04x}")
}

/// Reads it.
pub(super) fn digest(node: &Node) -> Result<u16, ReadError> {
    let digits = fields_text(node, "digest")?;
    let is_hex = digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let digest = u16::from_str_radix(digits, 16).ok().filter(|_| is_hex);
    digest.ok_or_else(|| invalid(node, "digest", &ALLOWED_DIGEST))
}

fn playhead_of(fields: &Fields) -> Result<Option<Moment>, ReadError> {
    let Some(node) = fields.take("playhead") else { return Ok(None) };
    Ok(Some(playhead(fields_text(node, "playhead")?).map_err(at(node))?))
}

fn origin(node: &Node, commands: &mut Commands) -> Result<Origin, ReadError> {
    if let Json::Object(all) = &node.value
        && all.iter().any(|(name, _)| name == "lesson")
    {
        let fields = Fields::of(node, "scenario", LESSON_FIELDS)?;
        fields.check_names()?;
        let id = fields_text(fields.need("lesson", &ALLOWED_TEXT)?, "lesson")?.to_owned();
        return Ok(Origin::Lesson { id, seed: fields.number("seed")? });
    }
    let fields = Fields::of(node, "scenario", OWN_FIELDS)?;
    fields.check_names()?;
    let seed = fields.number("seed")?.unwrap_or_default();
    let brokers = fields.need("brokers", &ALLOWED_RACKS)?;
    let mut cluster = ClusterSpec::default();
    for item in items(brokers, "brokers", &ALLOWED_RACKS)? {
        cluster.racks.push(match &item.value {
            Json::Null => None,
            Json::Text(rack) => Some(rack.clone()),
            _ => return Err(invalid(item, "brokers", &ALLOWED_RACKS)),
        });
    }
    cluster.controllers = controllers(fields.number("controllers")?).map_err(at(node))?;
    if let Some(settings) = fields.take("settings") {
        let Json::Object(all) = &settings.value else { return Err(invalid(settings, "settings", &ALLOWED_SETTINGS)) };
        for (name, value) in all {
            let Json::Text(text) = &value.value else { return Err(invalid(value, "settings", &ALLOWED_SETTINGS)) };
            cluster.settings.insert(name.clone(), text.clone());
        }
    }
    let begin_us = match fields.take("begin") {
        None => 0,
        Some(node) => {
            let text = fields_text(node, "begin")?;
            time::parse(text).ok_or_else(|| invalid(node, "begin", &ALLOWED_TIME))?
        }
    };
    check_scenario(&cluster, begin_us).map_err(at(node))?;
    if let Some(setup) = fields.take("setup") {
        each(setup, "setup", &ALLOWED_SETUP, |moment, line| commands.add_setup(moment.time_us, line))?;
    }
    Ok(Origin::Own(Box::new(Scenario { seed, cluster, commands: commands.setup.clone(), begin_us })))
}

/// The lines of a list, each with its moment.
pub(super) fn each(
    node: &Node,
    field: &'static str,
    allowed: &'static Template,
    mut take: impl FnMut(Moment, &str) -> Result<(), Problem>,
) -> Result<(), ReadError> {
    for item in items(node, field, allowed)? {
        let Json::Text(text) = &item.value else { return Err(invalid(item, field, allowed)) };
        let (moment, line) = moment(text.trim()).ok_or_else(|| invalid(item, field, allowed))?;
        take(moment, line).map_err(at(item))?;
    }
    Ok(())
}
