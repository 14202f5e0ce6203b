//! Enabled policies, indexed by entity and by policy.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use crate::world::entity::Key;

/// A policy enabled on an entity.
#[derive(Debug, Clone)]
pub(crate) struct Mapping {
    pub(crate) policy: String,
}

/// All enabled policies. The cost of a page of any list does not depend on their number.
#[derive(Debug, Default)]
pub(crate) struct Mappings {
    by_key: BTreeMap<Key, Mapping>,
    by_policy: BTreeMap<String, BTreeSet<Key>>,
}

impl Mappings {
    /// Enables a policy on an entity; returns the replaced one.
    pub(crate) fn insert(&mut self, key: Key, policy: String) -> Option<Mapping> {
        let before = self.remove(&key);
        self.by_policy.entry(policy.clone()).or_default().insert(key.clone());
        self.by_key.insert(key, Mapping { policy });
        before
    }

    pub(crate) fn remove(&mut self, key: &Key) -> Option<Mapping> {
        let mapping = self.by_key.remove(key)?;
        if let Some(keys) = self.by_policy.get_mut(&mapping.policy) {
            keys.remove(key);
            if keys.is_empty() {
                self.by_policy.remove(&mapping.policy);
            }
        }
        Some(mapping)
    }

    pub(crate) fn get(&self, key: &Key) -> Option<(&Key, &Mapping)> {
        self.by_key.get_key_value(key)
    }

    pub(crate) fn contains(&self, key: &Key) -> bool {
        self.by_key.contains_key(key)
    }

    /// The mappings whose keys start with the text of this key, in order, after the text `after`.
    pub(crate) fn below<'s>(
        &'s self,
        key: &'s Key,
        after: Option<&str>,
    ) -> impl Iterator<Item = (&'s Key, &'s Mapping)> {
        let start = match after {
            Some(after) if after >= key.as_str() => Bound::Excluded(after),
            _ => Bound::Included(key.as_str()),
        };
        self.by_key.range::<str, _>((start, Bound::Unbounded)).take_while(move |(found, _)| found.has_prefix(key))
    }

    /// The policies of the mappings below a key, sorted by name.
    pub(crate) fn policies_below(&self, key: &Key) -> impl Iterator<Item = &str> {
        let below =
            move |keys: &BTreeSet<Key>| keys.range(key.clone()..).next().is_some_and(|found| found.has_prefix(key));
        self.by_policy.iter().filter(move |(_, keys)| below(keys)).map(|(policy, _)| policy.as_str())
    }

    /// The entities on which a policy is enabled, in order.
    pub(crate) fn under(&self, policy: &str) -> impl Iterator<Item = &Key> + use<'_> {
        self.by_policy.get(policy).into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_indexes_are_consistent() {
        let mut mappings = Mappings::default();
        let [shop, cart, other] = ["fabric:/Shop", "fabric:/Shop/Cart", "fabric:/Shop10"].map(Key::of_text);
        for key in [&shop, &cart, &other] {
            assert!(mappings.insert(key.clone(), "P".into()).is_none());
        }
        assert_eq!(mappings.insert(cart.clone(), "Q".into()).unwrap().policy, "P");
        assert_eq!(mappings.under("P").collect::<Vec<_>>(), [&shop, &other]);
        assert_eq!(mappings.policies_below(&shop).collect::<Vec<_>>(), ["P", "Q"]);
        assert_eq!(mappings.policies_below(&cart).collect::<Vec<_>>(), ["Q"]);
        let below = |after| mappings.below(&shop, after).map(|(key, _)| key.as_str()).collect::<Vec<_>>();
        assert_eq!(below(None), ["fabric:/Shop", "fabric:/Shop/Cart", "fabric:/Shop10"]);
        assert_eq!(below(Some("fabric:/Shop/Cart")), ["fabric:/Shop10"]);
        assert_eq!(below(Some("a")).len(), 3);
        assert!(below(Some("z")).is_empty());
        assert_eq!(mappings.remove(&cart).unwrap().policy, "Q");
        assert_eq!(mappings.under("Q").count(), 0);
        assert!(!mappings.contains(&cart) && mappings.get(&shop).is_some());
    }
}
