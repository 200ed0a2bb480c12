//! What an admin does to groups.

use super::{Fuzz, Kind};

pub(super) const KIND: Kind = Kind {
    settings: |random, settings| {
        if random.below(3) == 0 {
            settings.insert("offsets.topic.num.partitions".into(), (1 + random.below(50)).to_string());
        }
    },
    mild: &[(1, Fuzz::reset_offsets), (1, Fuzz::delete_group)],
    wild: &[],
    peace: |_, _| Vec::new(),
};

impl Fuzz {
    fn reset_offsets(&mut self) {
        let (group, to) = (self.random.below(3), ["earliest", "latest", "shift:-5", "offset:3"]);
        let (topic, to) = (self.topic().unwrap_or_default(), self.pick(&to).unwrap_or_default());
        self.give(&format!("reset-offsets group=g{group} topic={topic} to={to}"));
    }

    fn delete_group(&mut self) {
        let group = self.random.below(3);
        self.give(&format!("delete-group group=g{group}"));
    }
}
