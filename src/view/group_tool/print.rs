//! The tool's tables: `printOffsets`, `printMembers`, `printStates`. A line of the first and the last begins with the
//! line break, as there.

use super::describe::{Description, Member, Partition};

/// Where nothing is known.
const MISSING: &str = "-";

pub(super) fn offsets(group: &Description) -> String {
    let mut rows: Vec<[String; 9]> = Vec::new();
    for member in &group.members {
        let who = [&member.id, &member.host, &member.client].map(String::as_str);
        rows.extend(member.assignment.iter().map(|at| offsets_row(group, at, who)));
    }
    let is_free = |at: &Partition| !group.members.iter().any(|member| member.assignment.contains(at));
    let free = group.committed.iter().filter(|offset| is_free(&offset.at));
    rows.extend(free.map(|offset| offsets_row(group, &offset.at, [MISSING; 3])));
    let mut text = state_message(group);
    if rows.is_empty() {
        return text;
    }
    let header =
        ["GROUP", "TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "CONSUMER-ID", "HOST", "CLIENT-ID"];
    let header = header.map(str::to_owned);
    let widest = |column: usize| rows.iter().map(|row| row[column].chars().count()).fold(15, usize::max);
    let widths = [widest(0), widest(1), 10, 15, 15, 15, widest(6), widest(7), 0];
    for row in std::iter::once(&header).chain(&rows) {
        text.push('\n');
        text.push_str(&line(row, &widths));
    }
    text.push('\n');
    text
}

fn offsets_row(group: &Description, at: &Partition, [id, host, client]: [&str; 3]) -> [String; 9] {
    let committed = group.committed.iter().find(|offset| offset.at == *at);
    let end = match committed {
        Some(offset) => offset.end,
        None => group.ends.iter().find(|(known, _)| known == at).and_then(|(_, end)| *end),
    };
    let offset = committed.map(|offset| offset.committed);
    let lag = offset.zip(end).map(|(offset, end)| end - offset);
    let number = |number: Option<i64>| number.map_or_else(|| MISSING.to_owned(), |number| number.to_string());
    [
        group.group.clone(),
        at.0.clone(),
        at.1.to_string(),
        number(offset),
        number(end),
        number(lag),
        id.to_owned(),
        host.to_owned(),
        client.to_owned(),
    ]
}

pub(super) fn members(group: &Description) -> String {
    let mut text = state_message(group);
    let is_static = group.members.iter().any(|member| !member.instance.is_empty());
    let is_mixed = [false, true].iter().all(|by| group.members.iter().any(|member| member.upgraded == Some(*by)));
    let header = [
        "GROUP",
        "CONSUMER-ID",
        "GROUP-INSTANCE-ID",
        "HOST",
        "CLIENT-ID",
        "#PARTITIONS",
        "CURRENT-EPOCH",
        "CURRENT-ASSIGNMENT",
        "TARGET-EPOCH",
        "TARGET-ASSIGNMENT",
        "UPGRADED",
    ];
    let header = header.map(str::to_owned);
    let number = |number: Option<i32>| number.map_or_else(|| MISSING.to_owned(), |number| number.to_string());
    let row = |member: &Member| {
        [
            group.group.clone(),
            member.id.clone(),
            member.instance.clone(),
            member.host.clone(),
            member.client.clone(),
            member.assignment.len().to_string(),
            number(member.epoch),
            assignment(&member.assignment),
            number(group.epochs.map(|(_, target)| target)),
            assignment(&member.target),
            member.upgraded.map_or_else(|| MISSING.to_owned(), |upgraded| upgraded.to_string()),
        ]
    };
    let rows: Vec<[String; 11]> = group.members.iter().map(row).collect();
    let widest =
        |column: usize, least: usize| rows.iter().map(|row| row[column].chars().count()).fold(least, usize::max);
    let widths = [
        widest(0, 15),
        widest(1, 15),
        widest(2, 17),
        widest(3, 15),
        widest(4, 15),
        15,
        15,
        widest(7, 20),
        15,
        widest(9, 20),
        0,
    ];
    text.push('\n');
    for row in std::iter::once(&header).chain(&rows) {
        let cells = row
            .iter()
            .zip(&widths)
            .enumerate()
            .filter(|(column, _)| (is_static || *column != 2) && (is_mixed || *column != 10));
        let padded: Vec<String> = cells.map(|(_, (cell, width))| format!("{cell:<width$}")).collect();
        text.push_str(&padded.join(" "));
        text.push('\n');
    }
    text
}

pub(super) fn state(group: &Description) -> String {
    let mut text = state_message(group);
    let coordinator = format!("broker-{0}:9092  ({0})", group.coordinator);
    let assignor = if group.assignor.is_empty() { MISSING } else { &group.assignor };
    let number = |number: Option<i32>| number.map_or_else(|| MISSING.to_owned(), |number| number.to_string());
    let header = [
        "GROUP",
        "COORDINATOR (ID)",
        "ASSIGNMENT-STRATEGY",
        "STATE",
        "GROUP-EPOCH",
        "TARGET-ASSIGNMENT-EPOCH",
        "#MEMBERS",
    ];
    let row = [
        group.group.clone(),
        coordinator.clone(),
        assignor.to_owned(),
        group.state.to_owned(),
        number(group.epochs.map(|(epoch, _)| epoch)),
        number(group.epochs.map(|(_, target)| target)),
        group.members.len().to_string(),
    ];
    let widths = [group.group.chars().count().max(15), coordinator.chars().count().max(25), 20, 20, 15, 25, 0];
    for row in [header.map(str::to_owned), row] {
        text.push('\n');
        text.push_str(&line(&row, &widths));
    }
    text.push('\n');
    text
}

/// What the tool says of the state on standard error before the table (`shouldPrintMemberState`).
fn state_message(group: &Description) -> String {
    match group.state {
        "Empty" => format!("\nConsumer group '{}' has no active members.\n", group.group),
        "PreparingRebalance" | "CompletingRebalance" | "Assigning" | "Reconciling" => {
            format!("\nWarning: Consumer group '{}' is rebalancing.\n", group.group)
        }
        _ => String::new(),
    }
}

/// `orders:0,1;refunds:2` (`getAssignmentString`): sorted as text, each topic's numbers as numbers.
fn assignment(partitions: &[Partition]) -> String {
    let mut topics: Vec<String> = Vec::new();
    let mut last = None;
    for (name, partition) in partitions {
        match topics.last_mut().filter(|_| last == Some(name)) {
            Some(text) => text.push_str(&format!(",{partition}")),
            None => topics.push(format!("{name}:{partition}")),
        }
        last = Some(name);
    }
    crate::sim::sort_by(&mut topics, Ord::cmp);
    if topics.is_empty() { MISSING.to_owned() } else { topics.join(";") }
}

/// Cells to the left of their columns; the last as wide as it is.
fn line<const N: usize>(row: &[String; N], widths: &[usize; N]) -> String {
    let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
    cells.join(" ")
}
