//! The shortest script that still shows a failure: commands are taken out in ever smaller parts (delta debugging), then
//! the cluster, the words of each command and the moments are made simpler, as long as the same check fails. One
//! failure gives one result, because the bound is a number of events and not a time.

use super::{Failure, Script};
use crate::cluster::command_text;

/// Events that all tries together may take, so that shrinking ends in some seconds.
const EVENTS_MAX: u64 = 20_000_000;
/// How much later than before a shorter script may show the failure.
const SLACK_US: u64 = 1_000_000;
const SECOND_US: u64 = 1_000_000;

/// What shrinking came to.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// The same failure, with its shortest script.
    pub failure: Failure,
    /// Scripts that were tried.
    pub tries: u32,
}

/// Shrinks a failure.
pub fn shrink(failure: &Failure) -> Shrunk {
    let mut shrinking = Shrinking { best: failure.clone(), tries: 0, events: 0 };
    shrinking.end_early();
    loop {
        let before = shrinking.best.script.clone();
        shrinking.fewer_commands();
        shrinking.simpler_cluster();
        shrinking.simpler_commands();
        shrinking.earlier_commands();
        if shrinking.best.script == before || shrinking.events >= EVENTS_MAX {
            return Shrunk { failure: shrinking.best, tries: shrinking.tries };
        }
    }
}

struct Shrinking {
    best: Failure,
    tries: u32,
    events: u64,
}

impl Shrinking {
    /// Keeps a script if it shows the same.
    fn keeps(&mut self, script: Script) -> bool {
        if script == self.best.script || self.events >= EVENTS_MAX {
            return false;
        }
        self.tries += 1;
        let played = script.play();
        self.events += played.as_ref().map_or_else(|failure| failure.events, |outcome| outcome.events);
        match played {
            Err(failure) if shape(&failure) == shape(&self.best) => {
                self.best = *failure;
                self.end_early();
                true
            }
            _ => false,
        }
    }

    /// What was found before peace needs none.
    fn end_early(&mut self) {
        let script = &mut self.best.script;
        if self.best.found_us < script.end_us || !script.peace {
            (script.end_us, script.peace) = (self.best.found_us + SLACK_US, false);
        }
    }

    fn fewer_commands(&mut self) {
        let mut size = self.best.script.commands.len().div_ceil(2);
        while size > 0 {
            // From the end, so that what others rest on goes last.
            let mut end = self.best.script.commands.len();
            while end > 0 {
                let begin = end.saturating_sub(size);
                let mut script = self.best.script.clone();
                script.commands.drain(begin..end);
                self.keeps(script);
                end = begin.min(self.best.script.commands.len());
            }
            size = if size == 1 { 0 } else { size.div_ceil(2) };
        }
    }

    fn simpler_cluster(&mut self) {
        while self.best.script.spec.racks.len() > 1 {
            let mut script = self.best.script.clone();
            script.spec.racks.pop();
            if !self.keeps(script) {
                break;
            }
        }
        let controllers = self.best.script.spec.controllers;
        for controllers in [0, 1, 3].into_iter().filter(|few| *few < controllers) {
            let mut script = self.best.script.clone();
            script.spec.controllers = controllers;
            if self.keeps(script) {
                break;
            }
        }
        let mut script = self.best.script.clone();
        script.spec.racks.iter_mut().for_each(|rack| *rack = None);
        self.keeps(script);
        for name in self.best.script.spec.settings.clone().into_keys() {
            let mut script = self.best.script.clone();
            script.spec.settings.remove(&name);
            self.keeps(script);
        }
    }

    /// Each command with as few and as small words as show the same.
    fn simpler_commands(&mut self) {
        let mut index = 0;
        while let Some((_, line)) = self.best.script.commands.get(index) {
            let words = words(line);
            let changed =
                (1..words.len()).rev().any(|at| self.without(index, &words, at) || self.less(index, &words, at));
            index += usize::from(!changed);
        }
    }

    fn without(&mut self, index: usize, words: &[String], at: usize) -> bool {
        let mut words = words.to_vec();
        words.remove(at);
        self.replaces(index, &words)
    }

    /// With 1, or with half as much.
    fn less(&mut self, index: usize, words: &[String], at: usize) -> bool {
        let Some((name, value)) = words[at].split_once('=') else { return false };
        let Some(value) = value.parse::<u64>().ok().filter(|value| *value > 1) else { return false };
        [1, value / 2].into_iter().any(|less| {
            let mut words = words.to_vec();
            words[at] = format!("{name}={less}");
            self.replaces(index, &words)
        })
    }

    fn replaces(&mut self, index: usize, words: &[String]) -> bool {
        let line = words.join(" ");
        if command_text::parse(&line).is_err() {
            return false;
        }
        let mut script = self.best.script.clone();
        let before = script.commands.len();
        // One that was tried before may have lost its last commands.
        let Some((_, of)) = script.commands.get_mut(index) else { return false };
        *of = line;
        // A command that the world does not take would be lost, and the next one be taken for it.
        self.keeps(script) && self.best.script.commands.len() == before
    }

    /// Commands at rounder moments, and sooner after one another.
    fn earlier_commands(&mut self) {
        for index in 0..self.best.script.commands.len() {
            let times = |script: &Script, index: usize| script.commands.get(index).map(|(at_us, _)| *at_us);
            let Some(at_us) = times(&self.best.script, index) else { break };
            let from_us = index.checked_sub(1).and_then(|before| times(&self.best.script, before)).unwrap_or(0);
            for to_us in [from_us, at_us / SECOND_US * SECOND_US, at_us / 100_000 * 100_000, at_us / 1_000 * 1_000] {
                let earlier_us = at_us.saturating_sub(to_us.max(from_us));
                let mut script = self.best.script.clone();
                for (at_us, _) in script.commands.iter_mut().skip(index) {
                    *at_us -= earlier_us;
                }
                script.end_us -= earlier_us;
                if earlier_us == 0 || self.keeps(script) {
                    break;
                }
            }
        }
    }
}

/// What stays the same of a failure while its script shrinks: the check, and its first sentence without its values.
fn shape(failure: &Failure) -> (&'static str, String) {
    let sentence = match failure.findings.first() {
        Some(finding) => finding.text.template.key.to_owned(),
        None => {
            let first = failure.what.lines().find(|line| !line.is_empty()).unwrap_or_default();
            first.chars().filter(|c| c.is_alphabetic() || *c == ' ').collect()
        }
    };
    (failure.check, sentence)
}

/// The words of a line as they are written.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quoted, mut escaped) = (vec![String::new()], false, false);
    for c in line.chars() {
        match c {
            ' ' if !quoted && !escaped => {
                words.push(String::new());
                continue;
            }
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_falls_into_its_words() {
        assert_eq!(words(r#"send value="a \" b" key=k"#), ["send", r#"value="a \" b""#, "key=k"]);
    }
}
