//! A part of the state that most worlds never use.

use std::{
    hash::{Hash, Hasher},
    ops::{Deref, DerefMut},
};

/// Digested only where it is not its default, so that a world without it has the digest that it always had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rare<T>(pub T);

impl<T: Default + PartialEq + Hash> Hash for Rare<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if self.0 != T::default() {
            self.0.hash(state);
        }
    }
}

impl<T> Deref for Rare<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Rare<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Digest;

    #[test]
    fn only_what_is_used_is_digested() {
        let digest = |value: (u8, Rare<u32>)| {
            let mut digest = Digest::default();
            value.hash(&mut digest);
            digest.finish()
        };
        let mut plain = Digest::default();
        7_u8.hash(&mut plain);
        assert_eq!(digest((7, Rare(0))), plain.finish());
        assert_ne!(digest((7, Rare(1))), plain.finish());
        assert_ne!(digest((7, Rare(1))), digest((7, Rare(2))));
    }
}
