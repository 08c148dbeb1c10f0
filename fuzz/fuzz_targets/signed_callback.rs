#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    social_auth::fuzzing::signed_callback(data);
});
