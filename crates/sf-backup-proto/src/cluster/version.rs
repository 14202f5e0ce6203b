use std::fmt;
use std::str::FromStr;

/// The `api-version` of a request: `6.2-preview`, or a plain number of at least 6.4.
///
/// 6.2 and 6.3 clusters accept only `6.2-preview`. Later clusters reject it and accept any number from 6.4. Operations
/// and members of later releases are sent with 6.4 as well, except `SkipRestorePartition`, which is sent with 9.1.
///
/// ```
/// # use sf_backup_proto::ApiVersion;
/// assert_eq!("6.2-preview".parse::<ApiVersion>()?, ApiVersion::V6_2_PREVIEW);
/// assert_eq!("9.1".parse::<ApiVersion>()?, ApiVersion::V9_1);
/// assert!("6.3".parse::<ApiVersion>().is_err());
/// # Ok::<(), sf_backup_proto::ApiVersionError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiVersion {
    /// Thousandths, because the server compares decimal numbers: 6.10 is less than 6.4.
    thousandths: u32,
}

/// Text that is not an api-version of this API.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("api-version {0:?}: must be 6.2-preview or a number such as 6.4 or 9.1, at least 6.4")]
pub struct ApiVersionError(String);

impl ApiVersion {
    /// The only version that 6.2 and 6.3 clusters accept.
    pub const V6_2_PREVIEW: Self = Self { thousandths: 6_200 };
    /// The version of queries outside the backup API: clusters accept the documented version and any later one.
    pub(crate) const V6_0: Self = Self { thousandths: 6_000 };
    /// The version that every cluster since 6.4 accepts.
    pub const V6_4: Self = Self { thousandths: 6_400 };
    /// The version with which `SkipRestorePartition` was published.
    pub const V9_1: Self = Self { thousandths: 9_100 };

    /// Whether this is the preview of 6.2.
    pub fn is_preview(self) -> bool {
        self == Self::V6_2_PREVIEW
    }
}

impl FromStr for ApiVersion {
    type Err = ApiVersionError;
    fn from_str(text: &str) -> Result<Self, ApiVersionError> {
        if text == "6.2-preview" {
            return Ok(Self::V6_2_PREVIEW);
        }
        match thousandths(text) {
            Some(thousandths) if thousandths >= Self::V6_4.thousandths => Ok(Self { thousandths }),
            _ => Err(ApiVersionError(text.to_owned())),
        }
    }
}

/// `major` or `major.minor`, digits only, up to 999.999.
fn thousandths(text: &str) -> Option<u32> {
    let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(major) || !digits(minor) {
        return None;
    }
    let fraction: u32 = format!("{minor:0<3}").parse().ok()?;
    Some(major.parse::<u32>().ok()? * 1_000 + fraction)
}

/// Formats the version as the query has it.
impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The version of nearly every request needs no formatting.
        if *self == Self::V6_4 {
            return f.write_str("6.4");
        }
        let (mut fraction, mut digits) = (self.thousandths % 1_000, 3);
        while digits > 1 && fraction % 10 == 0 {
            (fraction, digits) = (fraction / 10, digits - 1);
        }
        let preview = if self.is_preview() { "-preview" } else { "" };
        write!(f, "{}.{fraction:0digits$}{preview}", self.thousandths / 1_000)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn versions_compare_as_the_decimal_numbers_that_servers_read() {
        let ascending = ["6.2-preview", "6.4", "6.41", "6.5", "7", "8.2", "9.09", "9.1", "9.11", "10", "11.3"];
        let versions: Vec<ApiVersion> = ascending.iter().map(|text| text.parse().unwrap()).collect();
        assert!(versions.is_sorted_by(|one, next| one < next), "{versions:?}");
        assert_eq!("6.40".parse(), Ok(ApiVersion::V6_4));
        assert_eq!("10".parse::<ApiVersion>().unwrap().to_string(), "10.0");
    }

    #[test]
    fn what_no_cluster_takes_is_refused() {
        let wrong = [
            "",
            "6.2",
            "6.3",
            "6.10",
            "6.399",
            "6.4-preview",
            "6.2-Preview",
            "6",
            "6.",
            ".4",
            "6.4.1",
            "v6.4",
            "+6.4",
            "6.4 ",
            "1e3",
            "6.4000",
            "1000.0",
        ];
        for text in wrong {
            let error = text.parse::<ApiVersion>().unwrap_err();
            let rule = "must be 6.2-preview or a number such as 6.4 or 9.1, at least 6.4";
            assert_eq!(error.to_string(), format!("api-version {text:?}: {rule}"));
        }
    }

    #[test]
    fn only_the_preview_is_one() {
        assert!(ApiVersion::V6_2_PREVIEW.is_preview());
        assert!(!ApiVersion::V6_4.is_preview());
        assert_eq!(ApiVersion::V6_2_PREVIEW.to_string(), "6.2-preview");
    }

    proptest! {
        #[test]
        fn displayed_values_parse_back(thousandths in ApiVersion::V6_4.thousandths..1_000_000) {
            let version = ApiVersion { thousandths };
            prop_assert_eq!(version.to_string().parse(), Ok(version));
        }

        #[test]
        fn any_text_parses_or_is_refused(text in "[0-9.]{0,9}|.{0,12}") {
            if let Ok(version) = text.parse::<ApiVersion>() {
                let number = text.parse::<f64>();
                prop_assert!(version.is_preview() || number.is_ok_and(|number| number >= 6.4), "{}", text);
            }
        }
    }
}
