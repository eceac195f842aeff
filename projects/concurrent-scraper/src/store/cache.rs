//! The URLs met lately, so that most links cost no query.

use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A URL by its hash. 128 bits of SHA-256: no two URLs share them, not even where someone tries.
type Key = u128;

/// A map of bounded size. When the young half is full it becomes the old half and the old half is forgotten; what is
/// asked for again moves to the young one.
pub(crate) struct Cache<T> {
    young: HashMap<Key, T, BuildHasherDefault<Identity>>,
    old: HashMap<Key, T, BuildHasherDefault<Identity>>,
    half: usize,
}

impl<T: Copy> Cache<T> {
    /// Room for about so many.
    pub(crate) fn new(most: usize) -> Cache<T> {
        Cache { young: HashMap::default(), old: HashMap::default(), half: most / 2 }
    }

    pub(crate) fn key(url: &str) -> Key {
        let hash: [u8; 32] = Sha256::digest(url).into();
        Key::from_le_bytes(std::array::from_fn(|index| hash[index]))
    }

    pub(crate) fn get(&mut self, key: Key) -> Option<T> {
        if let Some(value) = self.young.get(&key) {
            return Some(*value);
        }
        let value = self.old.remove(&key)?;
        self.insert(key, value);
        Some(value)
    }

    pub(crate) fn insert(&mut self, key: Key, value: T) {
        if self.young.len() >= self.half {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

/// The key is a hash already.
#[derive(Default)]
pub(crate) struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, key: u128) {
        self.0 = key as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_small_and_keeps_what_is_used() {
        let mut cache = Cache::new(100);
        let often = Cache::<usize>::key("often");
        cache.insert(often, 7);
        for number in 0..10_000 {
            cache.insert(Cache::<usize>::key(&number.to_string()), number);
            assert_eq!(cache.get(often), Some(7));
            assert!(cache.young.len() + cache.old.len() <= 100);
        }
        assert_eq!(cache.get(Cache::<usize>::key("1")), None);
    }
}
