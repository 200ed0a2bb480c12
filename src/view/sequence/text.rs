//! A chart as plain text: a column a lifeline, a line an RPC or a moment. For golden files and for reading.

use super::{Lifeline, Sequence, What};
use crate::{i18n::Lang, kafka::protocol::ErrorCode};

/// The narrowest column.
const COLUMN_MIN: usize = 6;

/// All rows of a chart. Requests go along `-`, responses along `.`; what happens at one node is a `*`.
pub fn text(sequence: &Sequence, lang: Lang) -> String {
    let lines = &sequence.lifelines;
    let width = lines.iter().map(|line| line.name.chars().count() + 2).max().unwrap_or(0).max(COLUMN_MIN);
    let mut text = format!("{:>11}  ", "seconds");
    for line in lines {
        text.push_str(&format!("{:<width$}", line.name));
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    for row in sequence.rows.iter() {
        let at = place(lines, row.node);
        let (grid, said) = match &row.what {
            What::Moment(moment) => {
                let mut grid = empty(lines.len(), width);
                put(&mut grid, at * width, '*');
                (grid, format!("{}: {}", name(lines, row.node), moment.plain(lang)))
            }
            What::Call { to, api, response, error, nobody, .. } => {
                let kind = match (response, nobody) {
                    (true, _) => " response",
                    (_, true) => " (no connection)",
                    _ => "",
                };
                let error = if *error == ErrorCode::None { String::new() } else { format!("  {}", error.name()) };
                let said = format!("{} -> {}  {}{kind}{error}", name(lines, row.node), name(lines, *to), api.name());
                (arrow(lines.len(), width, at, place(lines, *to), *response), said)
            }
        };
        let grid: String = grid.into_iter().collect();
        let (seconds, micros) = (row.time_us / 1_000_000, row.time_us % 1_000_000);
        text.push_str(&format!("{seconds:>4}.{micros:06}  {grid}{said}\n"));
    }
    text
}

fn place(lines: &[Lifeline], node: u32) -> usize {
    lines.iter().position(|line| line.node == node).unwrap_or(0)
}

fn name(lines: &[Lifeline], node: u32) -> &str {
    lines.iter().find(|line| line.node == node).map_or("?", |line| &line.name)
}

/// Only the lifelines.
fn empty(count: usize, width: usize) -> Vec<char> {
    (0..count * width).map(|at| if at % width == 0 { '|' } else { ' ' }).collect()
}

fn put(grid: &mut [char], at: usize, sign: char) {
    if let Some(cell) = grid.get_mut(at) {
        *cell = sign;
    }
}

fn arrow(count: usize, width: usize, from: usize, to: usize, response: bool) -> Vec<char> {
    let mut grid = empty(count, width);
    let (low, high) = (from.min(to) * width, from.max(to) * width);
    for at in low + 1..high {
        put(&mut grid, at, if response { '.' } else { '-' });
    }
    match from < to {
        true => put(&mut grid, high - 1, '>'),
        false => put(&mut grid, low + 1, '<'),
    }
    grid
}
