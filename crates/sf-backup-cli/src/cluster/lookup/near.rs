//! Similar names for one that does not exist.

use sf_backup_ops::inventory::without_scheme;

use crate::output::difference::typing_errors;

/// Maximum number of suggestions.
const NAMED: usize = 3;

/// A suggestion: similar names, otherwise a few existing ones, otherwise the command that lists them.
pub(super) fn hint(path: &str, names: &[String], kind: &str, list: &str) -> String {
    let like = like(path, names);
    if let [others @ .., last] = like.as_slice() {
        let others: String = others.iter().map(|name| format!("{name} or ")).collect();
        return format!("did you mean {others}{last}?");
    }
    match names {
        [] => format!("'{list}' lists the {kind}"),
        few if few.len() <= NAMED => format!("existing {kind}: {}", few.join(", ")),
        many => {
            let some = many.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
            format!("the {} {kind} include {some}; '{list}' lists them", many.len())
        }
    }
}

/// The names similar to a path, nearest first.
pub(super) fn like<'n>(path: &str, names: &'n [String]) -> Vec<&'n str> {
    let mut near: Vec<(usize, &str)> =
        names.iter().filter_map(|name| Some((closeness(path, without_scheme(name))?, name.as_str()))).collect();
    near.sort();
    near.dedup();
    near.into_iter().take(NAMED).map(|(_, name)| name).collect()
}

/// The distance of a name: by the letters of each level, by the last level alone, or because one contains the other.
/// `None` if not similar.
fn closeness(path: &str, name: &str) -> Option<usize> {
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_lowercase();
    let (typed, meant) = (path.to_lowercase(), name.to_lowercase());
    let part = || {
        let (typed, meant) = (last(&typed), last(&meant));
        let long_enough = typed.len().min(meant.len()) >= 3;
        (long_enough && (typed.contains(&meant) || meant.contains(&typed))).then_some(20)
    };
    let levels = || {
        let (typed, meant): (Vec<&str>, Vec<&str>) = (typed.split('/').collect(), meant.split('/').collect());
        if typed.len() != meant.len() {
            return None;
        }
        typed.into_iter().zip(meant).map(|(typed, meant)| typing_errors(typed, meant)).sum()
    };
    levels().or_else(|| typing_errors(&last(&typed), &last(&meant)).map(|distance| distance + 10)).or_else(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| format!("fabric:/{name}")).collect()
    }

    #[test]
    fn typing_errors_other_cases_and_parts_are_near() {
        let services = names(&["Shop/Cart", "Shop/Orders", "Bank/Ledger"]);
        for (typed, meant) in [
            ("Shop/Crat", "fabric:/Shop/Cart"),
            ("shop/cart", "fabric:/Shop/Cart"),
            ("Shpo/Cart", "fabric:/Shop/Cart"),
            ("Shop/Order", "fabric:/Shop/Orders"),
            ("Orders", "fabric:/Shop/Orders"),
            ("Bank/LedgerService", "fabric:/Bank/Ledger"),
        ] {
            assert_eq!(like(typed, &services).first(), Some(&meant), "{typed}");
        }
        assert!(like("Shop/Nope", &services).is_empty());
    }

    #[test]
    fn without_a_name_like_it_the_others_are_named() {
        let list = "sf-backup service list Shop";
        assert_eq!(hint("Shop/Nope", &names(&["Shop/Cart"]), "services", list), "existing services: fabric:/Shop/Cart");
        let many = names(&["Shop/A", "Shop/B", "Shop/C", "Shop/D"]);
        assert!(hint("Shop/Nope", &many, "services", list).ends_with("'sf-backup service list Shop' lists them"));
        assert_eq!(hint("Shop/Nope", &[], "services", list), "'sf-backup service list Shop' lists the services");
        let like = names(&["Shop/Cart1", "Shop/Cart2"]);
        assert_eq!(
            hint("Shop/Cart", &like, "services", list),
            "did you mean fabric:/Shop/Cart1 or fabric:/Shop/Cart2?"
        );
    }
}
