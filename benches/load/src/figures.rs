//! What was measured, in a table.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::logins::Times;

/// The sign-in by hand that checks nothing and writes little.
pub(crate) const BARE: &str = "returning login, nothing checked";

/// The figures of one round.
#[derive(Default)]
pub(crate) struct Figures {
    journeys: BTreeMap<&'static str, Row>,
    /// Resident KiB before the first login, after the last, and at most.
    pub(crate) idle: u64,
    pub(crate) loaded: u64,
    pub(crate) peak: u64,
}

#[derive(Default, Clone, Copy)]
struct Row {
    per_second: f64,
    cpu: f64,
    p50: f64,
    p99: f64,
}

impl Figures {
    /// Adds a journey: how long its last requests took, and the program's processor time for all.
    pub(crate) fn add(&mut self, name: &'static str, times: &Times, cpu: Duration) {
        let mut last = if times.complete.is_empty() { times.begin.clone() } else { times.complete.clone() };
        last.sort_unstable();
        let count = last.len().max(1) as f64;
        let micros = |duration: Duration| duration.as_secs_f64() * 1e6;
        let quantile = |share: f64| last.get(((last.len() as f64 - 1.0) * share).round() as usize).copied().map_or(0.0, micros);
        let row =
            Row { per_second: count / times.elapsed.as_secs_f64(), cpu: micros(cpu) / count, p50: quantile(0.5), p99: quantile(0.99) };
        self.journeys.insert(name, row);
    }
}

/// Prints the median of all rounds, and the least processor time.
pub(crate) fn print(rounds: &[(Figures, Figures)], starts: &[(&str, Vec<Duration>)], pinned: bool) {
    let Some((first, by_hand)) = rounds.first() else { return };
    println!("\nEach program {}.\n", if pinned { "on one core, the load on another" } else { "shares the only core with the load" });
    println!("| journey | | a second, with the provider | CPU each, µs | p50, µs | p99, µs | CPU, multiple |");
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
    for name in first.journeys.keys() {
        let ours = Row::of(rounds.iter().map(|(ours, _)| ours), name);
        let like = by_hand.journeys.contains_key(name).then(|| Row::of(rounds.iter().map(|(_, by_hand)| by_hand), name));
        println!("{}", ours.line(name, "social-auth", like.map(|row| row.cpu)));
        if let Some(baseline) = like {
            println!("{}", baseline.line(name, "by hand", Some(baseline.cpu)));
        }
    }
    let bare = Row::of(rounds.iter().map(|(_, by_hand)| by_hand), BARE);
    let checked = Row::of(rounds.iter().map(|(ours, _)| ours), "returning login, OpenID Connect");
    println!("{}", bare.line(BARE, "by hand", Some(bare.cpu)));
    println!("\nsocial-auth's OpenID Connect login is {:.2} times that last one.", checked.cpu / bare.cpu);
    let kib = |of: &dyn Fn(&(Figures, Figures)) -> u64| median(rounds.iter().map(|round| of(round) as f64 / 1024.0));
    println!("\n| memory, MiB resident | idle | after the load | at most |\n| --- | ---: | ---: | ---: |");
    println!(
        "| social-auth | {:.1} | {:.1} | {:.1} |",
        kib(&|(ours, _)| ours.idle),
        kib(&|(ours, _)| ours.loaded),
        kib(&|(ours, _)| ours.peak)
    );
    println!(
        "| by hand | {:.1} | {:.1} | {:.1} |",
        kib(&|(_, hand)| hand.idle),
        kib(&|(_, hand)| hand.loaded),
        kib(&|(_, hand)| hand.peak)
    );
    println!("\n| start to first 200, ms | fastest | median | slowest |\n| --- | ---: | ---: | ---: |");
    for (name, starts) in starts {
        let ms = |duration: Option<&Duration>| duration.map_or(0.0, |duration| duration.as_secs_f64() * 1e3);
        println!("| {name} | {:.1} | {:.1} | {:.1} |", ms(starts.first()), ms(starts.get(starts.len() / 2)), ms(starts.last()));
    }
}

impl Row {
    fn of<'a>(rounds: impl Iterator<Item = &'a Figures> + Clone, name: &str) -> Row {
        let of = |part: fn(&Row) -> f64| median(rounds.clone().filter_map(|figures| figures.journeys.get(name)).map(part));
        // Whatever else runs on the machine only ever adds to the processor time.
        let cpu = rounds.clone().filter_map(|figures| figures.journeys.get(name)).map(|row| row.cpu).fold(f64::INFINITY, f64::min);
        Row { per_second: of(|row| row.per_second), cpu, p50: of(|row| row.p50), p99: of(|row| row.p99) }
    }

    fn line(&self, journey: &str, program: &str, baseline: Option<f64>) -> String {
        let multiple = baseline.map_or_else(String::new, |baseline| format!("{:.2}", self.cpu / baseline));
        let Row { per_second, cpu, p50, p99 } = self;
        format!("| {journey} | {program} | {per_second:.0} | {cpu:.0} | {p50:.0} | {p99:.0} | {multiple} |")
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
