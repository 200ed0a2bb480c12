//! Where lifelines and rows stand, and what they say: for the rows in sight only.

use super::{Lifeline, NodeKind, Row, Sequence, What};
use crate::{
    i18n::{Lang, Text, moment},
    kafka::protocol::ErrorCode,
    templates,
};

templates! { "sequence":
    SAID_REQUEST = "{time}: {from} sends {api} to {to}", "{time}：{from} 向 {to} 发送 {api}";
    SAID_RESPONSE = "{time}: {from} answers {api} of {to}", "{time}：{from} 应答 {to} 的 {api}";
    SAID_ERROR = "{time}: {from} answers {api} of {to} with {error}", "{time}：{from} 以 {error} 应答 {to} 的 {api}";
    SAID_NOBODY = "{time}: {from} has {api} for {to}, but gets no connection: nobody listens there", "{time}：{from} 要向 {to} 发送 {api}，但连接失败：那里没有进程在监听";
    NO_CONNECTION = "no connection", "连接失败";
    SAID_MOMENT = "{time}: {from} {what}", "{time}：{from} {what}";
    FOLDED = "{said}; before it {n|1 RPC|{n} RPCs} folded: {apis}", "{said}；此前折叠了 {n} 个 RPC：{apis}";
    UNDER_WAY = "{said}, under way", "{said}，传输中";
    OTHERS = "+{n}", "+{n}";
    OTHERS_ARE = "{n|1 node shares|{n} nodes share} this lifeline: {names}", "{n} 个节点共用这条生命线：{names}";
}

/// Height of a row.
pub const ROW: f32 = 27.0;
/// Rows drawn beyond those in sight.
pub const BEYOND: usize = 6;
/// Width of a letter: mono 11, sans 12.
const CODE: f32 = 6.65;
const TEXT: f32 = 6.6;

/// Where lifelines stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    /// Room left of the first, for times.
    pub gutter: f32,
    /// Width of all.
    pub width: f32,
    /// Node and place of each that has a lifeline of its own.
    pub lines: Vec<(u32, f32)>,
    /// The common lifeline of the others, and who they are.
    pub others: Option<(f32, Vec<u32>)>,
    /// From one to the next.
    pub pitch: f32,
}

/// Which nodes the rows from one place to another concern, and first those of the row of `chosen`.
pub fn concerned(sequence: &Sequence, places: std::ops::Range<usize>, chosen: Option<u64>) -> [Vec<u32>; 2] {
    let ends = |row: &Row| match &row.what {
        What::Call { to, .. } => vec![row.node, *to],
        What::Moment(_) => vec![row.node],
    };
    let row = |place| sequence.rows.get(place);
    let own = chosen.and_then(|event| sequence.rows.find(event)).and_then(row);
    [own.map(ends).unwrap_or_default(), places.filter_map(row).flat_map(ends).collect()]
}

/// Gives the lifelines their places. Where there is no room for all, some share one: first the admin client and others
/// without an arrow in sight, then clients; last of all who has a part in what is shown in full.
pub fn columns(lifelines: &[Lifeline], width: f32, [chosen, in_sight]: &[Vec<u32>; 2]) -> Columns {
    let narrow = width < 560.0;
    let (gutter, right, least) = if narrow { (66.0, 10.0, 46.0) } else { (112.0, 24.0, 84.0) };
    let room = (width - gutter - right).max(least);
    let most = ((room / least) as usize).max(2);
    let mut shown: Vec<&Lifeline> = lifelines.iter().collect();
    let mut others = Vec::new();
    if shown.len() > most {
        let rank = |line: &Lifeline| {
            let is_in_sight = in_sight.contains(&line.node);
            let is_admin = line.kind == NodeKind::Admin;
            (!chosen.contains(&line.node), !is_in_sight, is_admin, line.kind != NodeKind::Broker)
        };
        // What is equal in this keeps its order.
        crate::sim::sort_by(&mut shown, |a, b| rank(a).cmp(&rank(b)));
        others = shown.split_off(most - 1).iter().map(|line| line.node).collect();
        shown = lifelines.iter().filter(|line| !others.contains(&line.node)).collect();
    }
    let count = shown.len() + usize::from(!others.is_empty());
    let pitch = (room / count.max(1) as f32).min(190.0);
    let place = |index: usize| gutter + pitch * (index as f32 + 0.5);
    let lines = shown.iter().enumerate().map(|(index, line)| (line.node, place(index))).collect();
    Columns { gutter, width, lines, others: (!others.is_empty()).then(|| (place(count - 1), others)), pitch }
}

impl Columns {
    /// Where a node's lifeline is.
    pub fn x(&self, node: u32) -> f32 {
        let own = self.lines.iter().find(|(line, _)| *line == node).map(|(_, x)| *x);
        own.or(self.others.as_ref().map(|(x, _)| *x)).unwrap_or(self.gutter)
    }

    /// The right edge of the chart.
    pub fn right(&self) -> f32 {
        let last = self.lines.last().map(|(_, x)| *x).into_iter().chain(self.others.as_ref().map(|(x, _)| *x));
        last.fold(self.gutter, f32::max) + self.pitch / 2.0
    }
}

/// A row as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// The event.
    pub event: u64,
    /// Its place among all rows.
    pub place: usize,
    /// When, as it stands at the left.
    pub time: String,
    /// How many are folded before it, as it stands at the left.
    pub folded: String,
    /// Where it begins.
    pub from: f32,
    /// Where it goes; nothing for a moment.
    pub to: Option<f32>,
    /// A response?
    pub response: bool,
    /// Has it not arrived?
    pub under_way: bool,
    /// Where its words stand: the middle for an arrow, the beginning for a moment.
    pub words_x: f32,
    /// Do its words end there instead?
    pub words_end: bool,
    /// Its words.
    pub words: String,
    /// Its error.
    pub error: String,
    /// Does it refuse?
    pub refused: bool,
    /// Was nobody there?
    pub nobody: bool,
    /// All of it, in words.
    pub said: Text,
}

/// The rows from one place to another.
pub fn rows(sequence: &Sequence, columns: &Columns, places: std::ops::Range<usize>, lang: Lang) -> Vec<Drawn> {
    let rows = places.filter_map(|place| Some((place, sequence.rows.get(place)?)));
    rows.map(|(place, row)| draw(sequence, columns, place, row, lang)).collect()
}

fn draw(sequence: &Sequence, columns: &Columns, place: usize, row: &Row, lang: Lang) -> Drawn {
    let from = columns.x(row.node);
    let time = moment(row.time_us);
    let mut drawn = Drawn {
        event: row.event,
        place,
        time: time.clone(),
        folded: if row.folded > 0 { format!("+{}", row.folded) } else { String::new() },
        from,
        to: None,
        response: false,
        under_way: false,
        words_x: from + 10.0,
        words_end: false,
        words: String::new(),
        error: String::new(),
        refused: false,
        nobody: false,
        said: SAID_MOMENT.text(),
    };
    let name = |node| sequence.nodes.iter().find(|line| line.node == node).map_or("?", |line| line.name.as_str());
    match &row.what {
        What::Moment(text) => {
            drawn.words = text.plain(lang);
            let (after, before) = (columns.width - 8.0 - drawn.words_x, from - 10.0 - columns.gutter);
            if width(&drawn.words, TEXT) > after && before > after {
                (drawn.words_end, drawn.words_x) = (true, from - 10.0);
            }
            drawn.words = crate::view::group_chart::layout::cut(&drawn.words, after.max(before), TEXT);
            drawn.said = SAID_MOMENT.with("what", Text::clone(text));
        }
        What::Call { to, api, response, error, arrived_us, nobody, .. } => {
            let end = columns.x(*to);
            drawn.to = Some(end);
            (drawn.response, drawn.under_way) = (*response, arrived_us.is_none());
            drawn.words = api.name().to_owned();
            let bad = *response && !matches!(error, ErrorCode::None);
            if bad {
                drawn.error = error.name().to_owned();
            }
            drawn.nobody = *nobody;
            if *nobody {
                drawn.error = NO_CONNECTION.source(lang).to_owned();
            }
            // To be asked to join with the id just given is no refusal.
            drawn.refused = *nobody || bad && *error != ErrorCode::MemberIdRequired;
            let half = (width(&drawn.words, CODE) + width(&drawn.error, CODE) + 6.0) / 2.0;
            let middle = ((from + end) / 2.0).min(columns.width - 6.0 - half).max(columns.gutter + half);
            drawn.words_x = middle;
            let template = match (response, bad) {
                (false, _) if *nobody => &SAID_NOBODY,
                (false, _) => &SAID_REQUEST,
                (true, false) => &SAID_RESPONSE,
                (true, true) => &SAID_ERROR,
            };
            let said = template.with("api", api.name()).with("to", name(*to)).with("error", error.name());
            drawn.said = said;
        }
    }
    drawn.said = drawn.said.with("time", time).with("from", name(row.node));
    if drawn.under_way {
        drawn.said = UNDER_WAY.with("said", drawn.said);
    }
    if row.folded > 0 {
        let apis: Vec<_> = row.folded_apis.iter().map(|api| api.name().into()).collect();
        drawn.said = FOLDED.with("said", drawn.said).with("n", row.folded).with("apis", apis);
    }
    drawn
}

fn width(text: &str, letter: f32) -> f32 {
    text.chars().map(|c| if c as u32 >= 0x2e80 { 2.0 } else { 1.0 }).sum::<f32>() * letter
}
