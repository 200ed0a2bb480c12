//! The sequence chart against runs of the model.

use std::rc::Rc;

use super::{
    layout::{columns, concerned},
    *,
};
use crate::{
    cluster::command::Command,
    history::{Run, Scenario, start_cluster},
    i18n::Lang,
    kafka::event::EventKind,
};

fn eventful() -> Run {
    let mut run = Run::new(&start_cluster()).expect("sound");
    run.advance_to(11_000_000);
    run.apply(Command::RemoveConsumer { consumer: "C2".into() }).expect("sound");
    run.advance_to(18_000_000);
    run
}

fn chart(run: &Run, filter: &Filter) -> Rc<Sequence> {
    Recorder::default().follow(run, filter)
}

#[test]
fn every_shown_rpc_is_a_row_and_every_folded_one_is_counted() {
    let run = eventful();
    let all = Filter { folded: Apis::default(), ..Filter::default() };
    let sent =
        |event: &&crate::kafka::event::Event| matches!(&event.kind, EventKind::Sent(rpc) if rpc.peer != event.node);
    let sent = run.events().iter().filter(sent).count();
    let is_call = |row: &&Row| matches!(row.what, What::Call { .. });
    let whole = chart(&run, &all);
    assert_eq!(whole.rows.forgotten() + whole.rows.len(), whole.rows.forgotten() + whole.rows.iter().count());
    if whole.rows.forgotten() == 0 {
        assert_eq!(whole.rows.iter().filter(is_call).count(), sent);
    }
    let folded = chart(&run, &Filter::default());
    assert!(folded.rows.iter().filter(is_call).count() < sent / 2);
    assert!(folded.rows.iter().any(|row| row.folded > 0 && row.folded_apis.has(Api::Fetch)));
}

#[test]
fn step_by_step_or_at_once_is_the_same() {
    let mut run = Run::new(&start_cluster()).expect("sound");
    let (mut recorder, filter) = (Recorder::default(), Filter::default());
    for at_us in (9_000_000..=14_000_000).step_by(9_000) {
        run.advance_to(at_us);
        recorder.follow(&run, &filter);
    }
    run.advance_to(14_000_000);
    let one = recorder.follow(&run, &filter);
    assert_eq!(one, chart(&run, &filter));
    assert!(Rc::ptr_eq(&one, &recorder.follow(&run, &filter)), "nothing new, nothing made anew");
}

#[test]
fn a_row_is_found_by_its_event() {
    let run = eventful();
    let chart = chart(&run, &Filter { folded: Apis::default(), ..Filter::default() });
    assert!(chart.rows.len() > 500);
    for (place, row) in chart.rows.iter().enumerate().step_by(17) {
        assert_eq!(chart.rows.find(row.event), Some(place));
        assert_eq!(chart.rows.get(place), Some(row));
    }
    assert_eq!(chart.rows.find(0), None);
    assert_eq!(chart.rows.find(u64::MAX), None);
}

#[test]
fn filters_leave_what_they_are_asked_for() {
    let run = eventful();
    let group = chart(&run, &Filter { group: Some("billing".into()), ..Filter::default() });
    assert!(group.rows.iter().any(|row| matches!(row.what, What::Call { api: Api::JoinGroup, .. })));
    assert!(!group.rows.iter().any(|row| matches!(row.what, What::Call { api: Api::Produce, .. })));
    let other = chart(&run, &Filter { group: Some("nobody".into()), ..Filter::default() });
    assert!(!other.rows.iter().any(|row| matches!(row.what, What::Call { .. })));
    let node = group.nodes.iter().find(|line| line.name == "C1").expect("it is there").node;
    let own = chart(&run, &Filter { node: Some(node), ..Filter::default() });
    assert!(own.rows.len() > 5);
    for row in own.rows.iter() {
        let to = match &row.what {
            What::Call { to, .. } => Some(*to),
            What::Moment(_) => None,
        };
        assert!(row.node == node || to == Some(node), "{row:?}");
    }
}

#[test]
fn an_rpc_in_full_has_the_request_and_the_response_that_belong_together() {
    let run = eventful();
    let chart = chart(&run, &Filter::default());
    let mut replays = Replays::default();
    let mut whole = 0;
    let joins =
        chart.rows.iter().filter(|row| matches!(row.what, What::Call { api: Api::JoinGroup | Api::Produce, .. }));
    for row in joins.step_by(5).take(24) {
        let What::Call { other, response, arrived_us, .. } = &row.what else { continue };
        assert!(arrived_us.is_some_and(|at| at > row.time_us) || run.time_us() - row.time_us < 100_000, "{row:?}");
        let detail = replays.detail(&run, row.event, *other).expect("the event is kept");
        let own = if *response { &detail.response } else { &detail.request };
        assert!(own.as_ref().is_some_and(|own| own.event == row.event && !own.fields.is_empty()), "{row:?}");
        if let (Some(request), Some(answer)) = (&detail.request, &detail.response) {
            assert_eq!(request.correlation, answer.correlation);
            assert!(request.event < answer.event);
            whole += 1;
        }
    }
    assert!(whole > 10, "{whole}");
}

#[test]
fn causes_go_up_and_effects_come_down_again() {
    let run = eventful();
    let chart = chart(&run, &Filter::default());
    let mut replays = Replays::default();
    let assigned = chart.rows.iter().rev().find(|row| {
        run.event_by_id(row.event).is_some_and(|event| matches!(event.kind, EventKind::PartitionsAssigned { .. }))
    });
    let mut event = assigned.expect("somebody was assigned something").event;
    for _ in 0..3 {
        let cause = replays.detail(&run, event, None).expect("kept").cause.expect("it has a cause");
        assert!(cause.drawn && cause.event < event, "{cause:?}");
        let back = replays.detail(&run, cause.event, None).expect("kept");
        assert!(back.effects.iter().any(|effect| effect.event == event), "{back:?}");
        event = cause.event;
    }
}

#[test]
fn the_text_has_a_column_a_lifeline_and_a_line_a_row() {
    let mut run = Run::new(&Scenario { begin_us: 0, ..start_cluster() }).expect("sound");
    run.advance_to(7_600_000);
    let chart = chart(&run, &Filter { group: Some("billing".into()), ..Filter::default() });
    let text = text(&chart, Lang::En);
    assert_eq!(text.lines().count(), chart.rows.len() + 1);
    assert!(text.lines().next().is_some_and(|head| head.contains("B1") && head.contains("C3")), "{text}");
    assert!(text.contains("C1 -> ") && text.contains("JoinGroup response  MEMBER_ID_REQUIRED"), "{text}");
    assert!(text.contains("assigned orders-0"), "{text}");
}

#[test]
fn lifelines_that_have_no_room_share_one() {
    let line = |node: u32, kind| Lifeline { node, name: format!("n{node}"), kind, there: true };
    let mut lifelines: Vec<Lifeline> = (1..=3).map(|node| line(node, NodeKind::Broker)).collect();
    lifelines.extend((10..60).map(|node| line(node, NodeKind::Consumer)));
    let columns = columns(&lifelines, 1000.0, &Default::default());
    let (x, others) = columns.others.clone().expect("some have no room");
    assert_eq!(columns.lines.len() + others.len(), 53);
    assert!((1..=3).all(|node| columns.lines.iter().any(|(shown, _)| *shown == node)));
    assert_eq!(columns.x(59), x);
    assert!(columns.right() <= 1000.0);
}

/// What a client has for a broker that is down finds no connection: that is no RPC that arrived.
#[test]
fn what_is_for_a_dead_broker_finds_no_connection() {
    let mut run = Run::new(&start_cluster()).expect("sound");
    let mut recorder = Recorder::default();
    run.advance_to(10_000_000);
    recorder.follow(&run, &Filter::default());
    run.apply(Command::CrashBroker { broker: 1 }).expect("sound");
    run.advance_to(14_000_000);
    let chart = recorder.follow(&run, &Filter::default());
    let refused = |row: &&Row| matches!(row.what, What::Call { nobody: true, .. });
    assert!(chart.rows.iter().any(|row| refused(&row)), "clients still ask it");
    for row in chart.rows.iter().filter(refused) {
        let What::Call { to, response, .. } = row.what else { continue };
        assert!(to == 1 && !response && row.time_us > 9_900_000, "{row:?}");
    }
    let to_others = chart.rows.iter().filter(|row| matches!(row.what, What::Call { to: 2, .. })).count();
    assert!(to_others > 10, "{to_others}");
}

#[test]
fn whoever_has_no_part_in_what_is_shown_shares_a_lifeline_first() {
    let run = eventful();
    let chart = chart(&run, &Filter::default());
    let who = |name: &str| chart.nodes.iter().find(|line| line.name == name).expect("it is there").node;
    let produce = chart.rows.iter().find(|row| {
        row.node == who("checkout") && matches!(row.what, What::Call { api: Api::Produce, response: false, .. })
    });
    let event = produce.expect("checkout produces").event;
    let place = chart.rows.find(event).expect("it is a row");
    // As wide as a window of 1280 leaves it beside an RPC in full, and as a phone.
    for width in [600.0, 370.0] {
        let shown = concerned(&chart, place..place + 8, Some(event));
        let placed = columns(&chart.lifelines, width, &shown);
        let others = placed.others.clone().expect("there is no room for all").1;
        let What::Call { to, .. } = chart.rows.get(place).expect("it is a row").what else { unreachable!() };
        assert!(!others.contains(&who("checkout")) && !others.contains(&to), "{width}: {others:?}");
        assert!(others.contains(&who("admin")), "{width}: {others:?}");
        assert!(placed.lines.is_sorted_by(|(_, a), (_, b)| a < b));
        let order: Vec<u32> = chart.lifelines.iter().map(|line| line.node).collect();
        let place_of = |node: &u32| order.iter().position(|one| one == node);
        assert!(placed.lines.is_sorted_by_key(|(node, _)| place_of(node)), "they stand as data flows");
    }
}
