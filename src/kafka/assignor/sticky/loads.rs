//! The members in the order of how many partitions they have, then of their ids; kept in order as
//! that changes.

/// Members of the same number of partitions.
#[derive(Clone, Default)]
struct Row {
    /// A bit for each member, by its rank; empty before the first came here.
    bits: Vec<u64>,
    count: usize,
}

/// A set of members, by their rank among all ids, as bits.
pub(super) type Ranks = Vec<u64>;

/// The set with nobody in it, with room for `member_count`.
pub(super) fn nobody(member_count: usize) -> Ranks {
    vec![0; member_count.div_ceil(64)]
}

/// Puts a member into a set.
pub(super) fn put(set: &mut [u64], rank: usize) {
    set[rank / 64] |= 1 << (rank % 64);
}

/// A row of members for each number of partitions: finding the first of some members looks at 64
/// at a time, and a member that gets or loses one moves to the row beside its own.
///
/// Does what `AbstractStickyAssignor`'s `sortedCurrentSubscriptions` does, a tree set.
pub(super) struct Loads {
    rows: Vec<Row>,
    /// No member has less.
    lowest: usize,
    /// What each member has; none if it was taken out.
    of: Vec<Option<usize>>,
}

impl Loads {
    /// Members by rank with what they have.
    pub(super) fn new(counts: impl Iterator<Item = usize>) -> Self {
        let counts: Vec<usize> = counts.collect();
        let mut loads = Self { rows: Vec::new(), lowest: usize::MAX, of: vec![None; counts.len()] };
        for (rank, count) in counts.into_iter().enumerate() {
            loads.set(rank, count);
        }
        loads
    }

    /// How many partitions a member has, if it takes part.
    pub(super) fn of(&self, rank: usize) -> Option<usize> {
        self.of[rank]
    }

    /// Takes a member out.
    pub(super) fn remove(&mut self, rank: usize) {
        if let Some(load) = self.of[rank].take() {
            self.leave_row(rank, load);
        }
    }

    /// Puts a member where it belongs with `load` partitions.
    pub(super) fn set(&mut self, rank: usize, load: usize) {
        let before = self.of[rank].replace(load);
        if before == Some(load) {
            return;
        }
        if self.rows.len() <= load {
            self.rows.resize(load + 1, Row::default());
        }
        let row = &mut self.rows[load];
        if row.bits.is_empty() {
            row.bits = nobody(self.of.len());
        }
        put(&mut row.bits, rank);
        row.count += 1;
        self.lowest = self.lowest.min(load);
        if let Some(before) = before {
            self.leave_row(rank, before);
        }
    }

    fn leave_row(&mut self, rank: usize, load: usize) {
        let row = &mut self.rows[load];
        row.bits[rank / 64] &= !(1 << (rank % 64));
        row.count -= 1;
        while self.rows.get(self.lowest).is_some_and(|row| row.count == 0) {
            self.lowest += 1;
        }
    }

    /// The first member of a set, with what it has.
    pub(super) fn first_of(&self, set: &[u64]) -> Option<(usize, usize)> {
        let rows = self.rows.iter().enumerate().skip(self.lowest).filter(|(_, row)| row.count > 0);
        for (load, row) in rows {
            let words = row.bits.iter().zip(set).map(|(row, set)| row & set);
            if let Some((at, word)) = words.enumerate().find(|(_, word)| *word != 0) {
                return Some((at * 64 + word.trailing_zeros() as usize, load));
            }
        }
        None
    }

    /// What everybody has who takes part, ascending.
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = usize> {
        self.rows.iter().enumerate().flat_map(|(load, row)| std::iter::repeat_n(load, row.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_who_has_least_then_of_lowest_rank() {
        let mut loads = Loads::new([3, 1, 1, 0].into_iter().chain(std::iter::repeat_n(2, 100)));
        let mut set = nobody(104);
        assert_eq!(loads.first_of(&set), None);
        for rank in [0, 1, 2, 100] {
            put(&mut set, rank);
        }
        assert_eq!(loads.first_of(&set), Some((1, 1)));
        loads.set(1, 2);
        assert_eq!(loads.first_of(&set), Some((2, 1)));
        loads.remove(2);
        assert_eq!(loads.first_of(&set), Some((1, 2)));
        loads.set(100, 0);
        assert_eq!(loads.first_of(&set), Some((100, 0)));
        assert_eq!((loads.of(2), loads.of(100)), (None, Some(0)));
        assert_eq!(loads.all().take(3).collect::<Vec<_>>(), [0, 0, 2]);
        assert_eq!(loads.all().next_back(), Some(3));
    }
}
