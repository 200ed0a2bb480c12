//! One event as one line of JSON.

use kafkascope::{
    cluster::World,
    kafka::event::Event,
    view::trace::{self, Value},
};
use serde_json::{Map, Value as Json};

/// `event`, `time_us`, `cause`, `node`, `kind`, then the event's own fields.
pub fn event(world: &World, event: &Event) -> String {
    let traced = trace::traced(world, event);
    let mut line = format!(
        "{{\"event\":{},\"time_us\":{},\"cause\":{},\"node\":{},\"kind\":\"{}\"",
        event.id,
        event.time_us,
        event.cause,
        Json::from(trace::node_name(world, event.node)),
        traced.kind,
    );
    for (name, value) in &traced.fields {
        line.push_str(&format!(",\"{name}\":{}", json(value)));
    }
    line.push('}');
    line
}

fn json(value: &Value) -> Json {
    match value {
        Value::Text(text) => Json::from(text.as_str()),
        Value::Number(number) => Json::from(*number),
        Value::Flag(flag) => Json::from(*flag),
        Value::List(values) => Json::Array(values.iter().map(json).collect()),
        Value::Nothing => Json::Null,
    }
}

/// An object of named values.
pub fn object(entries: impl IntoIterator<Item = (String, Json)>) -> Json {
    Json::Object(entries.into_iter().collect::<Map<_, _>>())
}
