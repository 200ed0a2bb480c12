//! "What just happened": the newest lines, with the idle ones folded.

use super::{Lane, StoryLine, lane_of, line, names, sentence};
use crate::{
    history::Run,
    i18n::Arg,
    kafka::event::{Event, EventKind},
    sim::NodeId,
    templates,
};

templates! {
    "story":
    FOLDED = "`{api}` {n} times: {who}.", "`{api}` 共 {n} 次：{who}。";
}

/// Events looked at before the story gives up, so that a long quiet stretch costs no frame.
const SCAN_MAX: usize = 20_000;

/// Names in a folded line.
const NAMES_MAX: usize = 4;

/// The newest `count` lines of the lanes that are not hidden, newest first.
pub fn lines(run: &Run, hidden: &[Lane], count: usize) -> Vec<StoryLine> {
    let world = run.world();
    let mut lines: Vec<StoryLine> = Vec::new();
    let mut folds: Vec<Fold> = Vec::new();
    for event in run.events().iter().rev().take(SCAN_MAX) {
        if lines.len() >= count {
            break;
        }
        let lane = lane_of(world, event);
        if hidden.contains(&lane) {
            continue;
        }
        if lane != Lane::Idle {
            if let Some((text, why)) = sentence(run, event) {
                // What is idle folds only between two lines of the others.
                folds.clear();
                let (event, cause, time_us) = (event.id, event.cause, event.time_us);
                lines.push(StoryLine { event, cause, time_us, text, why, lane, folded: 1 });
            }
        } else if sentence(run, event).is_some() {
            fold(run, event, &mut lines, &mut folds);
        }
    }
    lines
}

/// Idle events of one kind that are one line.
struct Fold {
    name: &'static str,
    line: usize,
    nodes: Vec<NodeId>,
}

/// Puts an idle event into the line of those like it, or begins one.
fn fold(run: &Run, event: &Event, lines: &mut Vec<StoryLine>, folds: &mut Vec<Fold>) {
    let line = line(run, event);
    let name = match &event.kind {
        EventKind::Sent(rpc) | EventKind::Received(rpc) => rpc.api.name(),
        _ => line.text.template.key,
    };
    let Some(fold) = folds.iter_mut().find(|fold| fold.name == name) else {
        folds.push(Fold { name, line: lines.len(), nodes: vec![event.node] });
        lines.push(line);
        return;
    };
    let Some(folded) = lines.get_mut(fold.line) else { return };
    folded.folded += 1;
    if !fold.nodes.contains(&event.node) {
        fold.nodes.push(event.node);
    }
    if matches!(event.kind, EventKind::Sent(_)) {
        crate::sim::sort_by(&mut fold.nodes, Ord::cmp);
        let who = fold.nodes.iter().take(NAMES_MAX).map(|node| names::node(run.world(), *node));
        let mut who: Vec<Arg> = who.collect();
        if fold.nodes.len() > NAMES_MAX {
            who.push(names::AND_MORE.text().into());
        }
        folded.text = FOLDED.with("api", name).with("n", folded.folded).with("who", Arg::List(who));
    }
}
