//! The entities of a command, read from its arguments or from standard input.

use std::collections::HashSet;
use std::fmt;
use std::hash::Hash;
use std::str::FromStr;

use sf_backup_proto::PartitionId;

use crate::cluster::calls::Calls;
use crate::cluster::input::Input;
use crate::cluster::partitions::Typed;
use crate::options::ids::{BatchOptions, Concurrency, EntityArg};
use crate::options::scope::Scope;
use crate::output::failure::Failure;

/// The ids of the entities.
#[derive(Debug)]
pub(crate) struct Ids<T> {
    /// In the order given, without duplicates.
    ids: Vec<T>,
    /// Whether it is a single one that was given as an argument.
    alone: bool,
    concurrency: Concurrency,
}

impl<T: Clone + Eq + Hash> Ids<T> {
    /// Reads the ids in the arguments, and those on standard input if requested.
    pub(crate) fn read<E: Typed<Id = T>>(
        given: Vec<EntityArg<E>>,
        options: BatchOptions,
        input: &mut Input<'_, '_>,
    ) -> Result<Self, Failure> {
        let alone = matches!(given.as_slice(), [EntityArg::Id(_)]);
        let (mut ids, mut seen) = (Vec::new(), HashSet::new());
        let mut add = |typed: E, input: &mut Input<'_, '_>| {
            let id = typed.resolve(input)?;
            if seen.insert(id.clone()) {
                ids.push(id);
            }
            Ok::<(), Failure>(())
        };
        for given in given {
            match given {
                EntityArg::Id(id) => add(id, input)?,
                EntityArg::Standard => {
                    list(&input.list()?)?.into_iter().try_for_each(|id| add(id, input))?;
                }
            }
        }
        Ok(Self { ids, alone, concurrency: options.into() })
    }
}

impl<T> Ids<T> {
    /// Creates the operation for each of them.
    pub(crate) fn calls<O>(self, call: impl Fn(T) -> O) -> Calls<O> {
        let concurrency = (!self.alone).then_some(self.concurrency);
        Calls::new(self.ids.into_iter().map(call).collect(), concurrency)
    }

    /// The partitions below these that keep state on disk.
    pub(crate) fn partitions(
        self,
        scope: impl Fn(T) -> Scope,
        input: &mut Input<'_, '_>,
    ) -> Result<Ids<PartitionId>, Failure> {
        let scopes: Vec<_> = self.ids.into_iter().map(scope).collect();
        Ok(Ids { ids: input.partitions_of(&scopes)?, alone: false, concurrency: self.concurrency })
    }

    /// Whether it is not a single one that was given as an argument.
    pub(crate) fn are_several(&self) -> bool {
        !self.alone
    }
}

/// Reads one id per line; skips empty lines and those that start with `#`.
fn list<T: FromStr<Err: fmt::Display>>(text: &str) -> Result<Vec<T>, Failure> {
    let lines = text.lines().map(str::trim).enumerate();
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let id = |(number, line): (usize, &str)| {
        if is_of_a_table(line) {
            return Err(Failure::Usage(format!(
                "standard input, line {}: {} looks like a row of a table; expected one name or id per line, as \
                    'sf-backup -o name app list' prints",
                number + 1,
                quoted(line)
            )));
        }
        let id = line.parse::<T>();
        id.map_err(|rule| Failure::Usage(format!("standard input, line {}: {rule}", number + 1)))
    };
    lines.map(id).collect()
}

/// The first words of the tables and records that this command prints.
const HEADERS: &[&str] =
    &["NAME", "ID", "KIND", "ENTITY", "PARTITION", "SERVICE", "APPLICATION", "APP", "POLICY", "STATE"];

/// Whether a line is from a piped table: it has columns, or is a header.
fn is_of_a_table(line: &str) -> bool {
    let columns = line.split("  ").filter(|column| !column.trim().is_empty()).count() > 1 || line.contains('\t');
    columns || HEADERS.contains(&line)
}

/// The start of a line in quotes.
fn quoted(line: &str) -> String {
    const SHOWN: usize = 40;
    let start: String = line.chars().take(SHOWN).collect();
    let more = if line.chars().count() > SHOWN { "..." } else { "" };
    format!("\"{}{more}\"", start.escape_debug())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sf_backup_proto::ServiceId;

    use super::*;

    #[test]
    fn empty_lines_and_comments_of_a_list_are_skipped() {
        let services: Vec<ServiceId> = list("\u{20}fabric:/A/S\r\n\n# none: B/S\n\t\nC/S").unwrap();
        assert_eq!(services.iter().map(ToString::to_string).collect::<Vec<_>>(), ["fabric:/A/S", "fabric:/C/S"]);
        assert!(list::<ServiceId>(" \n#\n").unwrap().is_empty());
    }

    #[test]
    fn a_table_is_no_list() {
        for text in [
            "NAME          TYPE\nfabric:/Shop  ShopType",
            "fabric:/Shop  ShopType  1.0.0",
            "# from a list\nNAME",
            "fabric:/Shop\tShopType",
            "Name:  fabric:/Shop",
        ] {
            let Err(Failure::Usage(problem)) = list::<ServiceId>(text) else { panic!("{text} was taken") };
            assert!(problem.starts_with("standard input, line ") && problem.contains("looks like a row of a table"));
        }
        assert_eq!(list::<ServiceId>("My App/My Service").unwrap().len(), 1);
    }

    #[test]
    fn errors_name_line_and_value() {
        let failure = list::<PartitionId>("# ids\n\n6b1c\n").unwrap_err();
        let Failure::Usage(problem) = failure else { panic!("{failure:?}") };
        assert!(problem.starts_with("standard input, line 3: ") && problem.contains("\"6b1c\""), "{problem}");
    }

    proptest! {
        /// Each line of any text is an id, an error that names the line, or skipped.
        #[test]
        fn any_text_is_a_list_or_an_error(text in "[-#a-zA-Z0-9:/ \t\r\n?]{0,60}") {
            prop_assume!(!text.lines().any(|line| is_of_a_table(line.trim())));
            let entries = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            match list::<ServiceId>(&text) {
                Ok(ids) => prop_assert_eq!(ids.len(), entries.count()),
                Err(_) => prop_assert!(entries.clone().any(|line| line.parse::<ServiceId>().is_err())),
            }
        }
    }
}
