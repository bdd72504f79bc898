//! libFuzzer's way to `chat_fuzz::line`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| chat_fuzz::line(data));
