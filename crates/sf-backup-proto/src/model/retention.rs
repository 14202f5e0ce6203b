//! Retention of backups.

use std::time::Duration;

use crate::model::object::models;
use crate::model::union::unions;
use crate::time::IsoDuration;
use crate::validation::ValidationPath;

unions! {
    /// How long backups are kept.
    ///
    /// [Reference](https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-retentionpolicydescription)
    RetentionPolicyDescription by "RetentionPolicyType" {
        /// Deletes backups by age, but keeps a minimum number.
        Basic(BasicRetentionPolicyDescription),
    }
}

models! {
    /// Retention by age: older backups are deleted as long as the minimum number remains.
    BasicRetentionPolicyDescription {
        required {
            /// The minimum age before a backup is deleted: whole hours, at least one. Other values are rejected,
            /// because the server silently drops minutes.
            retention_duration: IsoDuration = "RetentionDuration" check whole_hours,
        }
        optional {
            /// Minimum number of backups to keep regardless of age. Defaults to 0.
            minimum_number_of_backups: u32 = "MinimumNumberOfBackups",
        }
    }
}

const HOUR: Duration = Duration::from_secs(3_600);

fn whole_hours(duration: &IsoDuration, at: &ValidationPath<'_>) {
    let length = duration.length().unwrap_or_default();
    at.rule(length >= HOUR, "must be one hour or more (PT1H)");
    let whole = length.subsec_nanos() == 0 && length.as_secs().is_multiple_of(3_600);
    at.rule(whole, "must be whole hours: the server would drop the rest");
}
