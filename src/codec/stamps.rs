//! Moments and commands as they stand in lines: `@12.5s/4321 crash-broker broker=2`.

use super::{
    problem::{self, Problem},
    time,
};
use crate::{
    cluster::{ClusterSpec, command::Command, command_check, command_text, error::check_cluster},
    history::{AFTER_ALL, Moment, Scenario, Stamped},
    kafka::limits,
};

/// A larger number of an event means the same as none.
const EVENT_MAX: u64 = i64::MAX as u64;

/// Commands as they are read, each checked by itself and in its order.
#[derive(Clone, Debug, Default)]
pub struct Commands {
    /// Those of the scenario.
    pub setup: Vec<(u64, Command)>,
    /// Those given by hand.
    pub given: Vec<Stamped>,
}

impl Commands {
    /// The next one of the scenario.
    pub fn add_setup(&mut self, time_us: u64, line: &str) -> Result<(), Problem> {
        let command = self.command(time_us, line)?;
        self.setup.push((time_us, command));
        Ok(())
    }

    /// The next one given by hand.
    pub fn add(&mut self, Moment { event, time_us }: Moment, line: &str) -> Result<(), Problem> {
        if time_us < self.last_us() {
            return Err(Problem::Order);
        }
        let command = self.command(time_us, line)?;
        self.given.push(Stamped { time_us, after_event: event_of(event), command });
        Ok(())
    }

    /// The time of the last one.
    pub fn last_us(&self) -> u64 {
        self.given.last().map_or(0, |last| last.time_us)
    }

    fn command(&self, time_us: u64, line: &str) -> Result<Command, Problem> {
        limits::COMMANDS.check((self.setup.len() + self.given.len()) as u64 + 1)?;
        // What is done at the very end could have no effect any more.
        limits::TIME.check(time_us.saturating_add(1))?;
        let command = command_text::parse(line)?;
        command_check::check(&command)?;
        Ok(command)
    }
}

/// A number of an event, or that nobody knows it.
pub fn event_of(event: u64) -> u64 {
    if event > EVENT_MAX { AFTER_ALL } else { event }
}

/// Whether a scenario of somebody's own is sound, as far as that can be said before it is played.
pub fn check_scenario(cluster: &ClusterSpec, begin_us: u64) -> Result<(), Problem> {
    limits::TIME.check(begin_us)?;
    Ok(check_cluster(cluster)?)
}

/// How many controllers there are apart from the brokers; none if that is not said.
pub fn controllers(count: Option<u64>) -> Result<u32, Problem> {
    let count = count.unwrap_or_default();
    limits::CONTROLLERS.check(count)?;
    Ok(count as u32)
}

/// Reads `@12.5s/4321`, and what stands behind it.
pub fn moment(line: &str) -> Option<(Moment, &str)> {
    let (stamp, rest) = line.strip_prefix('@')?.split_once(char::is_whitespace).unwrap_or((&line[1..], ""));
    let (time, event) = match stamp.split_once('/') {
        Some((time, event)) => {
            let digits = !event.is_empty() && event.bytes().all(|digit| digit.is_ascii_digit());
            (time, event.parse().ok().filter(|_| digits)?)
        }
        None => (stamp, AFTER_ALL),
    };
    Some((Moment { time_us: time::parse(time)?, event: event_of(event) }, rest.trim()))
}

/// Reads a moment alone.
pub fn playhead(text: &str) -> Result<Moment, Problem> {
    let invalid = || Problem::Invalid { field: "playhead".to_owned(), allowed: problem::ALLOWED_MOMENT.text() };
    let moment = moment(text.trim()).filter(|(_, rest)| rest.is_empty()).ok_or_else(invalid)?.0;
    limits::TIME.check(moment.time_us)?;
    Ok(moment)
}

/// Writes a moment.
pub fn print_moment(Moment { event, time_us }: Moment) -> String {
    match event {
        AFTER_ALL => format!("@{}", time::print(time_us)),
        _ => format!("@{}/{event}", time::print(time_us)),
    }
}

/// Writes a command with its moment.
pub fn print_stamped(Stamped { time_us, after_event, command }: &Stamped) -> String {
    let moment = Moment { event: *after_event, time_us: *time_us };
    format!("{} {}", print_moment(moment), command_text::print(command))
}

/// Writes the commands of a scenario, each with its time.
pub fn print_setup(scenario: &Scenario) -> impl Iterator<Item = String> {
    scenario
        .commands
        .iter()
        .map(|(at_us, command)| format!("@{} {}", time::print(*at_us), command_text::print(command)))
}
