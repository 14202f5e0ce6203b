use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sf_backup_proto::{IsoDuration, RunTime, Timestamp};

/// Uses the bytes as a point in time, a time of day and a duration.
pub fn durations(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    match text.parse::<Timestamp>() {
        Ok(at) => {
            assert_eq!(at.to_string().parse(), Ok(at));
            let whole = Timestamp::from_unix(at.unix()).expect("a second of a known time");
            assert!(whole <= at && at.since(whole).as_secs() == 0);
        }
        Err(error) => crate::assert_presentable(&error),
    }
    match text.parse::<RunTime>() {
        Ok(time) => {
            assert_eq!(time.to_string().parse(), Ok(time));
            assert!(time.second_of_day() < 86_400);
        }
        Err(error) => crate::assert_presentable(&error),
    }
    match text.parse::<IsoDuration>() {
        Ok(duration) => {
            let again: IsoDuration = duration.to_string().parse().expect("our own spelling");
            assert_eq!(again.length(), duration.length());
            assert_eq!(again.to_string(), duration.to_string());
        }
        Err(error) => crate::assert_presentable(&error),
    }
    in_json::<Timestamp>(text);
    in_json::<RunTime>(text);
    in_json::<IsoDuration>(text);
}

/// The text in a body: an accepted text is written in an accepted form.
fn in_json<T: Serialize + DeserializeOwned + PartialEq + Debug>(text: &str) {
    let json = serde_json::to_string(text).expect("a string");
    if let Ok(value) = serde_json::from_str::<T>(&json) {
        let written = serde_json::to_string(&value).expect("a value");
        let again: T = serde_json::from_str(&written).expect("our own spelling");
        assert_eq!(serde_json::to_string(&again).expect("a value"), written);
    }
}
