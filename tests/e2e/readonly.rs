//! Ten thousand random keys in a console that is not armed: no request that
//! would change something reaches the account.

use std::time::Duration;

use rand::{RngExt as _, SeedableRng as _};

use crate::account::Account;
use crate::pty::Console;

/// Keys as a terminal sends them; what ends or suspends the program is not among
/// them, nor is the palette, from which both can be chosen.
const KEYS: [&str; 61] = [
    "j", "k", "g", "G", "\x04", "\x15", "\r", "\r", "\r", "\x1b[C", "\x1b[D", "\x1b[A", "\x1b[B", "\t", "\x1b[Z", "f",
    "F", "e", "E", "r", "r", "r", "x", "o", "m", " ", "[", "]", "a", "i", "p", "t", "c", "C", "w", "I", "n", "N", "h",
    "l", "s", "R", "d", "v", "u", "U", "X", "L", "y", "Y", "z", "W", "?", "/", "\x0c", "\x7f", "1", "S", "A", "-",
    "\x1b[5~",
];

#[test]
fn ten_thousand_keys_in_a_console_that_is_not_armed_change_nothing() {
    let account = Account::open(5.0);
    let seed = std::env::var("STANCH_FUZZ_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_125_u64);
    let mut dice = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    let environment = account.environment();
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    // It may be armed, and never is: the account's name is not typed.
    for arguments in [&["--write"][..], &[]] {
        let mut console = Console::start_with(arguments, 150, 45, &environment);
        console.wait_until("events", |screen| screen.contains("Events ") && screen.contains(" of "));
        let from = account.so_far();
        let mut pressed = 0;
        while pressed < 5_000 {
            let mut burst = String::new();
            for _ in 0..25 {
                burst.push_str(KEYS[dice.random_range(0..KEYS.len())]);
                pressed += 1;
            }
            console.press(&burst);
            // What is asked for comes in between, so that there is something to press on.
            console.comes_to(Duration::from_millis(20), |_| false);
            if dice.random_range(0..4) == 0 {
                // Out of whatever is open, for a lone escape must not begin a longer key.
                console.press("\x1b");
                console.comes_to(Duration::from_millis(60), |_| false);
            }
            assert!(console.is_running(), "seed {seed}: it ended after {pressed} keys\n{}", console.screen());
        }
        console.wait_quiet(Duration::from_millis(500));
        assert!(!console.screen().contains("ARMED"), "seed {seed}\n{}", console.screen());
        assert_eq!(account.writes(from), Vec::<String>::new(), "seed {seed}");
        assert!(account.so_far() > from, "the console asks for nothing any more");
        console.signal("TERM");
        console.wait_end();
        console.assert_restored();
    }
}
