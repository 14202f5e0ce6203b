#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sf_backup_proto_fuzz::curl(data));
