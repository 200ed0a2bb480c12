//! What the canvas shows in a frame: flights at their places, and pulses for those too short to follow.

use std::rc::Rc;

use kafkascope::{
    i18n::Lang,
    sim::{Map, Set},
    view::{
        geometry::wire::Curve,
        model::{Flight, FlightKind, Place, ViewModel},
    },
};
use web_sys::{HtmlCanvasElement, MediaQueryList};

use super::{
    paint::{self, Pulse, Sprites},
    palette::Palette,
    pen,
    route::{self, Ground},
    rows::Rows,
};
use crate::stage_api::StageClock;

/// A flight shorter than this on the wall is a pulse on its line instead.
const FOLLOWED_MS: f64 = 80.0;
/// How long a pulse is seen.
const PULSE_MS: f64 = 260.0;
/// Pulses at one time; more would only be a flicker.
const PULSES_MAX: usize = 64;
/// The same where everything changes in every frame.
const PULSES_IN_FLOOD_MAX: usize = 16;

/// By both ends, and by the broker at the partition's end.
type Routes = Map<(Place, Place, Option<u32>), Option<Rc<Curve>>>;

/// Do the same members own the same partitions?
fn same_owners(a: &ViewModel, b: &ViewModel) -> bool {
    let owners = |vm: &ViewModel| {
        let members = vm.groups.iter().flat_map(|group| group.members.iter().cloned());
        members.collect::<Vec<_>>()
    };
    let (a, b) = (owners(a), owners(b));
    a.len() == b.len()
        && a.iter().zip(&b).all(|(a, b)| {
            Rc::ptr_eq(a, b)
                || a.name == b.name
                    && a.owned.len() == b.owned.len()
                    && (a.owned.iter().zip(&b.owned)).all(|(a, b)| (&a.topic, a.partition) == (&b.topic, b.partition))
        })
}

/// Does every partition have the leader that it had? A copy goes from the leader's place.
fn same_leaders(a: &ViewModel, b: &ViewModel) -> bool {
    a.topics.len() == b.topics.len()
        && a.topics.iter().zip(&b.topics).all(|(a, b)| {
            let same = || a.partitions.iter().zip(&b.partitions).all(|(a, b)| Rc::ptr_eq(a, b) || a.leader == b.leader);
            Rc::ptr_eq(a, b) || a.partitions.len() == b.partitions.len() && same()
        })
}

/// The state between frames.
pub struct Scene {
    clock: StageClock,
    vm: Rc<ViewModel>,
    ground: Option<Ground>,
    size: (f32, f32),
    /// Theme and language.
    style: Option<(u32, Lang)>,
    palette: Palette,
    sprites: Sprites,
    rows: Rows,
    routes: Routes,
    /// Flights that have had their pulse, by event and destination.
    pulsed: Set<(u64, Place)>,
    pulses: Vec<(f64, Pulse)>,
    reduced: Option<MediaQueryList>,
    /// What the last frame showed: time, scroll position, and whether anything was drawn.
    shown: (u64, f32, bool),
    changed: bool,
}

impl Scene {
    /// Nothing yet.
    pub fn new(clock: StageClock) -> Scene {
        let reduced = web_sys::window().and_then(|w| w.match_media("(prefers-reduced-motion: reduce)").ok().flatten());
        Scene {
            clock,
            vm: Rc::default(),
            ground: None,
            size: (0.0, 0.0),
            style: None,
            palette: Palette::default(),
            sprites: Sprites::default(),
            rows: Rows::default(),
            routes: Routes::new(),
            pulsed: Set::new(),
            pulses: Vec::new(),
            reduced,
            shown: (0, 0.0, false),
            changed: true,
        }
    }

    /// A new picture, layout, size, colours or language.
    pub fn set(&mut self, vm: Rc<ViewModel>, ground: Ground, size: (f32, f32), style: (u32, Lang)) {
        if self.style != Some(style) {
            self.style = Some(style);
            self.rows.forget();
            self.palette = Palette::read();
            self.sprites.clear();
        }
        if self.vm.keys != vm.keys {
            self.sprites.clear();
        }
        let same_ground = self.ground.as_ref().is_some_and(|old| old.is_same(&ground));
        let same_cast = same_ground
            && same_leaders(&self.vm, &vm)
            && self.vm.producers.len() == vm.producers.len()
            && same_owners(&self.vm, &vm)
            && self.vm.topics.len() == vm.topics.len();
        if !same_cast {
            self.routes.clear();
        }
        if !Rc::ptr_eq(&self.vm.flights, &vm.flights) {
            let live: Set<(u64, &Place)> = vm.flights.iter().map(|flight| (flight.event, &flight.to)).collect();
            self.pulsed.retain(|(event, to)| live.contains(&(*event, to)));
        }
        self.vm = vm;
        self.ground = Some(ground);
        self.size = size;
        self.changed = true;
    }

    /// Draws what the clock says, if that is not what stands there.
    pub fn frame(&mut self, rows: &HtmlCanvasElement, canvas: &HtmlCanvasElement, now_ms: f64, top: f32) {
        let (time, rate) = (self.clock.time_us(), self.clock.rate());
        let live = self.clock.live();
        if let (Some(Ground::Topic(layout)), Some((_, lang))) = (&self.ground, self.style) {
            let sight = (self.size.0, self.size.1, top);
            self.rows.show(rows, live.as_ref(), layout, sight, (&self.palette, lang));
        }
        // The frame after the last pulse takes away what is left of it, even if the clock stands.
        let pulsing = !self.pulses.is_empty();
        self.pulses.retain(|(since, _)| now_ms - since < PULSE_MS);
        let (shown_time, shown_top, drew) = self.shown;
        if !self.changed && !pulsing && time == shown_time && top == shown_top {
            return;
        }
        let vm = live.unwrap_or_else(|| self.vm.clone());
        let Some(ground) = self.ground.clone() else { return };
        let reduced = self.reduced.as_ref().is_some_and(MediaQueryList::matches);
        let mut moving: Vec<(&Flight, Rc<Curve>, f32)> = Vec::new();
        for flight in vm.flights.iter() {
            if time < flight.sent_us || time > flight.arrive_us {
                continue;
            }
            let span = flight.arrive_us - flight.sent_us;
            let wall_ms = if rate > 0.0 { span as f64 / rate } else { f64::INFINITY };
            if reduced || wall_ms < FOLLOWED_MS {
                self.pulse(&vm, &ground, flight, now_ms);
                continue;
            }
            let share = if span == 0 { 1.0 } else { (time - flight.sent_us) as f64 / span as f64 };
            if let Some(curve) = self.way(&vm, &ground, flight) {
                moving.push((flight, curve, share as f32));
            }
        }
        self.shown = (time, top, !moving.is_empty() || !self.pulses.is_empty());
        self.changed = false;
        if !self.shown.2 && !drew {
            return;
        }
        let Some(pen) = pen(canvas, self.size.0, self.size.1) else { return };
        let _ = pen.translate(0.0, f64::from(-top));
        for (since, pulse) in &self.pulses {
            paint::pulse(&pen, pulse, ((now_ms - since) / PULSE_MS) as f32);
        }
        for (flight, curve, share) in moving {
            paint::flight(&pen, &self.palette, &mut self.sprites, &vm, flight, &curve, share);
        }
    }

    fn way(&mut self, vm: &ViewModel, ground: &Ground, flight: &Flight) -> Option<Rc<Curve>> {
        let key = (flight.from.clone(), flight.to.clone(), flight.broker);
        self.routes.entry(key).or_insert_with(|| route::route(vm, ground, flight).map(Rc::new)).clone()
    }

    fn pulse(&mut self, vm: &ViewModel, ground: &Ground, flight: &Flight, now_ms: f64) {
        if !self.pulsed.insert((flight.event, flight.to.clone())) {
            return;
        }
        // Answers say nothing by themselves where nothing can be followed, nor do copies where everything changes.
        let in_flood = self.clock.live().is_some();
        if flight.kind == FlightKind::ProduceAnswer || in_flood && flight.kind == FlightKind::Replicate {
            return;
        }
        if let Some(curve) = self.way(vm, ground, flight) {
            // A line that is lit is lit anew: to draw it over and over is work that nobody sees.
            let lit = self.pulses.iter().position(|(_, pulse)| Rc::ptr_eq(&pulse.curve, &curve));
            let pulse = Pulse { curve, color: paint::color(&self.palette, vm, flight).to_owned() };
            match lit {
                Some(lit) => self.pulses[lit] = (now_ms, pulse),
                None if self.pulses.len() < if in_flood { PULSES_IN_FLOOD_MAX } else { PULSES_MAX } => {
                    self.pulses.push((now_ms, pulse))
                }
                None => {}
            }
        }
    }
}
