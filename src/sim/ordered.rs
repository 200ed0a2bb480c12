//! Ordered maps and sets in one sorted row: what the model and the view keep things in.
//!
//! They offer what is used here of the standard library's B-trees, in the same order, so that every walk over them
//! is the same on every target. They exist for the page's weight: a B-tree (with the sort that collecting one brings
//! along) is some 4 kB of program for each pair of types, a sorted row a few hundred bytes, and there are some eighty
//! such pairs. They are also smaller in memory and faster to look up and to clone at the sizes of a class's cluster.
//!
//! The price: putting in and taking out in the middle moves what lies behind, so large values are boxed or counted by
//! their owners, and many are removed by one [`Map::retain`]. Left out: ranges; the few that need them use a B-tree.

use std::{borrow::Borrow, cmp::Ordering, fmt, ops::Index};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A map in the order of its keys.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Map<K, V> {
    row: Vec<(K, V)>,
}

/// A set in the order of its items.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Set<T> {
    row: Vec<T>,
}

/// A key's place in a map, found once.
pub struct Entry<'a, K, V> {
    row: &'a mut Vec<(K, V)>,
    place: Result<usize, usize>,
    key: K,
}

impl<K, V> Map<K, V> {
    /// An empty map.
    pub const fn new() -> Self {
        Self { row: Vec::new() }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.row.len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.row.is_empty()
    }

    /// Takes all entries out.
    pub fn clear(&mut self) {
        self.row.clear();
    }

    /// All entries, in order.
    pub fn iter(&self) -> Iter<'_, K, V> {
        self.into_iter()
    }

    /// All entries, in order, the values to be changed.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&K, &mut V)> + ExactSizeIterator {
        self.row.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// All keys, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + Clone {
        self.row.iter().map(|(key, _)| key)
    }

    /// All values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator + Clone {
        self.row.iter().map(|(_, value)| value)
    }

    /// All values, in the order of their keys, to be changed.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> + ExactSizeIterator {
        self.row.iter_mut().map(|(_, value)| value)
    }

    /// All values, taken out.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> + ExactSizeIterator {
        self.row.into_iter().map(|(_, value)| value)
    }

    /// All keys, taken out.
    pub fn into_keys(self) -> impl DoubleEndedIterator<Item = K> + ExactSizeIterator {
        self.row.into_iter().map(|(key, _)| key)
    }

    /// The entry with the least key.
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.row.first().map(|(key, value)| (key, value))
    }

    /// The entry with the greatest key.
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.row.last().map(|(key, value)| (key, value))
    }

    /// Keeps the entries that pass.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.row.retain_mut(|(key, value)| keep(key, value));
    }
}

impl<K: Ord, V> Map<K, V> {
    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        self.row.binary_search_by(|(at, _)| at.borrow().cmp(key))
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.place(key).ok().map(|at| &self.row[at].1)
    }

    /// The value of a key, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.place(key).ok().map(|at| &mut self.row[at].1)
    }

    /// The value of a key, for a walk over keys in order: `hint` is where the last one was found, 0 at first, and the
    /// next entry after it is looked at before all others.
    pub fn get_along(&self, hint: &mut usize, key: &K) -> Option<&V> {
        self.along(hint, key).map(|at| &self.row[at].1)
    }

    /// As [`Map::get_along`], to be changed.
    pub fn get_along_mut(&mut self, hint: &mut usize, key: &K) -> Option<&mut V> {
        self.along(hint, key).map(|at| &mut self.row[at].1)
    }

    fn along(&self, hint: &mut usize, key: &K) -> Option<usize> {
        let near = self.row.iter().enumerate().skip(*hint).take(2).find(|(_, (at, _))| at == key);
        let at = near.map(|(at, _)| at).or_else(|| self.place(key).ok())?;
        *hint = at;
        Some(at)
    }

    /// Is there such a key?
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }

    /// Puts a value at a key; hands back the one that was there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match end_or(&self.row, |(at, _)| at.cmp(&key)) {
            Ok(at) => Some(std::mem::replace(&mut self.row[at].1, value)),
            Err(at) => {
                self.row.insert(at, (key, value));
                None
            }
        }
    }

    /// Takes out the value of a key.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.place(key).ok().map(|at| self.row.remove(at).1)
    }

    /// A key's place, to look and put something there in one go.
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        let place = end_or(&self.row, |(at, _)| at.cmp(&key));
        Entry { row: &mut self.row, place, key }
    }
}

impl<'a, K, V> Entry<'a, K, V> {
    /// The value that is there, or this one.
    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    /// The value that is there, or the default one.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// The value that is there, or the one that is made now.
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'a mut V {
        let at = match self.place {
            Ok(at) => at,
            Err(at) => {
                self.row.insert(at, (self.key, make()));
                at
            }
        };
        &mut self.row[at].1
    }

    /// Changes the value that is there, if one is.
    #[must_use]
    pub fn and_modify(self, change: impl FnOnce(&mut V)) -> Self {
        if let Ok(at) = self.place {
            change(&mut self.row[at].1);
        }
        self
    }
}

/// Sorts a row, keeping equals in their order, as the standard library's stable sort does and for the same reason as
/// [`Map`]: that one is 4 kB of program for each type it sorts, here all types share one sort of numbers.
pub fn sort_by<T>(row: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let mut order = order_of(row.len(), &mut |a, b| compare(&row[a], &row[b]));
    // Each cycle of the permutation in turn: what belongs here comes here, what lay here waits where that came from.
    for start in 0..row.len() {
        let mut at = start;
        while order[at] != start {
            let from = std::mem::replace(&mut order[at], at);
            row.swap(at, from);
            at = from;
        }
        order[at] = at;
    }
}

/// Sorts a row by a key of each item, keeping equals in their order.
pub fn sort_by_key<T, K: Ord>(row: &mut [T], mut key: impl FnMut(&T) -> K) {
    sort_by(row, |a, b| key(a).cmp(&key(b)));
}

/// Which item belongs at each place.
fn order_of(length: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    order.sort_by(|a, b| compare(*a, *b));
    order
}

/// The place of an item: most come in order, so the end is looked at first.
fn end_or<T>(row: &[T], compare: impl Fn(&T) -> Ordering) -> Result<usize, usize> {
    match row.last() {
        Some(last) if compare(last).is_lt() => Err(row.len()),
        _ => row.binary_search_by(compare),
    }
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Map<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord + Borrow<Q>, V, Q: Ord + ?Sized> Index<&Q> for Map<K, V> {
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("the caller knows that the key is there")
    }
}

impl<K: Ord, V> Extend<(K, V)> for Map<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Map<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for Map<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K, V> IntoIterator for Map<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.row.into_iter()
    }
}

/// A walk over a borrowed map.
pub type Iter<'a, K, V> = std::iter::Map<std::slice::Iter<'a, (K, V)>, fn(&'a (K, V)) -> (&'a K, &'a V)>;
/// A walk over a borrowed map whose values may be changed.
pub type IterMut<'a, K, V> = std::iter::Map<std::slice::IterMut<'a, (K, V)>, fn(&'a mut (K, V)) -> (&'a K, &'a mut V)>;

impl<'a, K, V> IntoIterator for &'a Map<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.row.iter().map(|(key, value)| (key, value))
    }
}

impl<'a, K, V> IntoIterator for &'a mut Map<K, V> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.row.iter_mut().map(|(key, value)| (&*key, value))
    }
}

impl<K: Serialize, V: Serialize> Serialize for Map<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, K: Ord + Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Map<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<K, V>(std::marker::PhantomData<(K, V)>);
        impl<'de, K: Ord + Deserialize<'de>, V: Deserialize<'de>> serde::de::Visitor<'de> for Visitor<K, V> {
            type Value = Map<K, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut access: A) -> Result<Map<K, V>, A::Error> {
                let mut map = Map::new();
                while let Some((key, value)) = access.next_entry()? {
                    map.insert(key, value);
                }
                Ok(map)
            }
        }
        deserializer.deserialize_map(Visitor(std::marker::PhantomData))
    }
}

impl<T> Set<T> {
    /// An empty set.
    pub const fn new() -> Self {
        Self { row: Vec::new() }
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.row.len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.row.is_empty()
    }

    /// Takes all items out.
    pub fn clear(&mut self) {
        self.row.clear();
    }

    /// All items, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.row.iter()
    }

    /// The least item.
    pub fn first(&self) -> Option<&T> {
        self.row.first()
    }

    /// The greatest item.
    pub fn last(&self) -> Option<&T> {
        self.row.last()
    }

    /// Takes out the least item.
    pub fn pop_first(&mut self) -> Option<T> {
        if self.row.is_empty() { None } else { Some(self.row.remove(0)) }
    }

    /// Keeps the items that pass.
    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.row.retain(keep);
    }
}

impl<T: Ord> Set<T> {
    /// Is this item there?
    pub fn contains<Q: Ord + ?Sized>(&self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.row.binary_search_by(|at| at.borrow().cmp(item)).is_ok()
    }

    /// Puts an item in; was it missing?
    pub fn insert(&mut self, item: T) -> bool {
        match end_or(&self.row, |at| at.cmp(&item)) {
            Ok(_) => false,
            Err(at) => {
                self.row.insert(at, item);
                true
            }
        }
    }

    /// Takes an item out; was it there?
    pub fn remove<Q: Ord + ?Sized>(&mut self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        let place = self.row.binary_search_by(|at| at.borrow().cmp(item));
        place.is_ok_and(|at| {
            self.row.remove(at);
            true
        })
    }

    /// The items that the other set does not have, in order.
    pub fn difference<'a>(&'a self, other: &'a Set<T>) -> impl Iterator<Item = &'a T> {
        self.row.iter().filter(|item| !other.contains(*item))
    }

    /// The items that both sets have, in order.
    pub fn intersection<'a>(&'a self, other: &'a Set<T>) -> impl Iterator<Item = &'a T> {
        self.row.iter().filter(|item| other.contains(*item))
    }

    /// Have the two no item in common?
    pub fn is_disjoint(&self, other: &Set<T>) -> bool {
        self.intersection(other).next().is_none()
    }

    /// Does the other set have all of these?
    pub fn is_subset(&self, other: &Set<T>) -> bool {
        self.row.iter().all(|item| other.contains(item))
    }
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for Set<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<T: Ord> Extend<T> for Set<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            self.insert(item);
        }
    }
}

impl<T: Ord> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut set = Self::new();
        set.extend(items);
        set
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for Set<T> {
    fn from(items: [T; N]) -> Self {
        items.into_iter().collect()
    }
}

impl<T> IntoIterator for Set<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.row.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Set<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.row.iter()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::{Map, Set, sort_by_key};
    use crate::sim::Random;

    /// The same random calls on a map and on the standard library's: all answers and the whole content agree.
    #[test]
    fn a_map_does_what_a_b_tree_does() {
        let mut random = Random::new(7, "ordered");
        let mut map = Map::new();
        let mut reference = BTreeMap::new();
        for _ in 0..5_000 {
            let key = random.below(64);
            let value = random.below(1_000);
            match random.below(6) {
                0 | 1 => assert_eq!(map.insert(key, value), reference.insert(key, value)),
                2 => assert_eq!(map.remove(&key), reference.remove(&key)),
                3 => assert_eq!(map.entry(key).or_insert(value), reference.entry(key).or_insert(value)),
                4 => assert_eq!(map.get_mut(&key), reference.get_mut(&key)),
                _ => assert_eq!(map.contains_key(&key), reference.contains_key(&key)),
            }
            assert!(map.iter().eq(reference.iter()));
            let mut hint = random.below(64) as usize;
            assert_eq!(map.get_along(&mut hint, &key), reference.get(&key));
            assert_eq!(map.get_along_mut(&mut hint, &(key + 1)), reference.get_mut(&(key + 1)));
        }
        map.retain(|key, _| key % 3 == 0);
        reference.retain(|key, _| key % 3 == 0);
        assert!(map.iter().eq(reference.iter()));
        assert_eq!(map.first_key_value(), reference.first_key_value());
        assert_eq!(map.last_key_value(), reference.last_key_value());
    }

    #[test]
    fn a_set_does_what_a_b_tree_does() {
        let mut random = Random::new(8, "ordered");
        let (mut set, mut reference) = (Set::new(), BTreeSet::new());
        let other: Set<u32> = (0..64).step_by(2).collect();
        let other_reference: BTreeSet<u32> = other.iter().copied().collect();
        for _ in 0..5_000 {
            let item = random.below(64);
            match random.below(4) {
                0 | 1 => assert_eq!(set.insert(item), reference.insert(item)),
                2 => assert_eq!(set.remove(&item), reference.remove(&item)),
                _ => assert_eq!(set.contains(&item), reference.contains(&item)),
            }
            assert!(set.iter().eq(reference.iter()));
            assert!(set.difference(&other).eq(reference.difference(&other_reference)));
            assert!(set.intersection(&other).eq(reference.intersection(&other_reference)));
            assert_eq!(set.is_disjoint(&other), reference.is_disjoint(&other_reference));
            assert_eq!(set.is_subset(&other), reference.is_subset(&other_reference));
        }
        assert_eq!(set.pop_first(), reference.pop_first());
    }

    #[test]
    fn a_sort_is_stable_and_right() {
        let mut random = Random::new(9, "ordered");
        for length in 0..40 {
            let mut row: Vec<(u32, usize)> = (0..length).map(|at| (random.below(8), at)).collect();
            let mut reference = row.clone();
            sort_by_key(&mut row, |(key, _)| *key);
            reference.sort_by_key(|(key, _)| *key);
            assert_eq!(row, reference);
        }
    }
}
