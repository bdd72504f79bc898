//! libFuzzer's way to `chat_fuzz::control`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| chat_fuzz::control(data));
