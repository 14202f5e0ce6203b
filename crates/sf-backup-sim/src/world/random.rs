//! Random values from a seed: the same seed gives the same values.

use uuid::{Builder, Uuid};

/// SplitMix64.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A random GUID, version 4.
    pub(crate) fn guid(&mut self) -> Uuid {
        let [high, low] = [self.next(), self.next()].map(u64::to_be_bytes);
        let mut bytes = [0; 16];
        let (first, second) = bytes.split_at_mut(8);
        first.copy_from_slice(&high);
        second.copy_from_slice(&low);
        Builder::from_random_bytes(bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn the_same_seed_gives_the_same_guids() {
        let [mut one, mut same, mut other] = [1, 1, 2].map(Random::new);
        let first = one.guid();
        assert_eq!(first, same.guid());
        assert_ne!(first, one.guid());
        assert_ne!(first, other.guid());
        assert_eq!(first.get_version_num(), 4);
    }
}
