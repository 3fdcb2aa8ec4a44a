//! How often the performance gate cries wolf and how often it sees a real change, beside what others do
//! with the same rounds: "+10 % on one run", Keptn's rule and Kayenta's.
//!
//! The rounds are simulated: a level that drifts with the machine, noise of each round, and a candidate
//! that is slower by a known factor. Same seed, same table. `cargo bench --bench gate [COMPARISONS]`.
//!
//! `cargo bench --bench gate -- SHARE/*.csv` judges rounds that were measured by the same rules, those of one folder
//! in one row: `scripts/gate.sh` measures them.

#![expect(clippy::cast_precision_loss, reason = "counts of a simulation are small")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proofmark::load::rounds::{Claim, FIRST_LOOK, LAST_LOOK, LEVEL, Standing, levels_together};

/// What the gate tolerates here, and the others allow.
const TOLERANCE: f64 = 0.1;
/// How much slower the machine gets from the first pair to the last.
const MACHINE_DRIFT: f64 = 0.05;

fn main() {
    let files: Vec<PathBuf> = std::env::args_os()
        .skip(1)
        .map(PathBuf::from)
        .filter(|file| file.extension().is_some_and(|ending| ending == "csv"))
        .collect();
    if !files.is_empty() {
        return measured(&files);
    }
    let said = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let comparisons: u32 = said.unwrap_or(2000);
    println!("{comparisons} comparisons a row, in percent; tolerance 10%\n");
    println!(
        "| noise | true change | pass | warning | fail | inconclusive | pairs | one run | Keptn | Kayenta | Kayenta, 1.1 |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for noise in [0.03, 0.05, 0.1, 0.15] {
        for change in [0.0, 0.05, 0.1, 0.15, 0.2] {
            row(comparisons, noise, change);
        }
    }
    println!("\nno change, noise 3%, tolerance 5%, the machine 15% slower at the end, 10 pairs:\n");
    println!("| order | pass | warning | fail | inconclusive |");
    println!("| --- | --- | --- | --- | --- |");
    for (name, order) in [("AABB", Order::Apart), ("ABAB", Order::Fixed), ("ABBA", Order::Turned)] {
        let mut random = Random(11);
        let mut counts = [0; 4];
        for _ in 0..comparisons {
            let rounds = simulate(&mut random, FIRST_LOOK, order, 0.15, 0.03, 0.0);
            counts[look(&rounds, FIRST_LOOK, 0.05) as usize] += 1;
        }
        println!("| {name} | {} |", counts.map(|count| percent(count, comparisons)).join(" | "));
    }
    println!("\neach metric 10% slower, noise 5%, tolerance 10%, 10 pairs: at least one fails\n");
    println!("| metrics | each alone | Holm |");
    println!("| --- | --- | --- |");
    for metrics in [1, 3, 6] {
        family(comparisons, metrics);
    }
}

/// Judges measured rounds by all rules: a row for each folder and metric.
fn measured(files: &[PathBuf]) {
    println!(
        "| slower by | metric | comparisons | noise | pass | warning | fail | inconclusive | pairs | one run | Keptn | Kayenta | Kayenta, 1.1 |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut folders: BTreeMap<String, Vec<&PathBuf>> = BTreeMap::new();
    for file in files {
        let folder = file.parent().and_then(Path::file_name).unwrap_or_default();
        folders.entry(folder.to_string_lossy().into_owned()).or_default().push(file);
    }
    for (folder, files) in folders {
        for metric in ["p50", "p95"] {
            let all: Vec<_> = files.iter().map(|file| rounds_of(file, metric)).collect();
            let mut counts = Counts::default();
            for rounds in &all {
                counts.add(rounds);
            }
            let of = u32::try_from(all.len()).unwrap_or(u32::MAX);
            println!("| {folder} | {metric} | {of} | {:.1}% | {} |", noise(&all), counts.cells(of));
        }
    }
}

/// Reads the pairs of one metric.
fn rounds_of(file: &Path, metric: &str) -> Vec<(f64, f64)> {
    let text = std::fs::read_to_string(file).expect("the file can be read");
    let mut pairs: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for row in text.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        if cells[3] == metric {
            let value = cells[4].parse().expect("a value is a number");
            let pair = pairs.entry(cells[0].parse().expect("a pair has a number")).or_default();
            if cells[1] == "baseline" { pair.0 = value } else { pair.1 = value }
        }
    }
    pairs.into_values().collect()
}

/// Gives the standard deviation of a round in percent: that of a pair's ratio is larger by the root of two.
fn noise(all: &[Vec<(f64, f64)>]) -> f64 {
    let deviations = all.iter().map(|rounds| {
        let ratios = log_ratios(rounds);
        let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
        ratios.iter().map(|ratio| (ratio - mean).powi(2)).sum::<f64>() / (ratios.len() - 1) as f64
    });
    (deviations.sum::<f64>() / all.len() as f64 / 2.0).sqrt() * 100.0
}

/// Counts what each rule says.
#[derive(Default)]
struct Counts {
    ours: [u32; 4],
    others: [u32; 4],
    pairs: usize,
}

impl Counts {
    /// Judges the first look, and where it does not tell and there are more rounds, the last.
    fn add(&mut self, rounds: &[(f64, f64)]) {
        let mut taken = FIRST_LOOK.min(rounds.len());
        let mut answer = look(rounds, taken, TOLERANCE);
        if matches!(answer, Answer::Inconclusive) && rounds.len() > taken {
            taken = rounds.len();
            answer = look(rounds, taken, TOLERANCE);
        }
        self.pairs += taken;
        self.ours[answer as usize] += 1;
        let fails = [
            one_run(rounds),
            keptn(rounds),
            kayenta(&rounds[..taken], 1.0),
            kayenta(&rounds[..taken], 1.1),
        ];
        let counts = fails.into_iter().zip(&mut self.others);
        counts.for_each(|(fails, count)| *count += u32::from(fails));
    }

    fn cells(&self, of: u32) -> String {
        format!(
            "{} | {:.1} | {}",
            self.ours.map(|count| percent(count, of)).join(" | "),
            self.pairs as f64 / f64::from(of),
            self.others.map(|count| percent(count, of)).join(" | "),
        )
    }
}

/// Counts false answers where every metric is as much slower as is tolerated, and none may be judged.
fn family(comparisons: u32, metrics: usize) {
    let mut random = Random(13);
    let mut alone = 0;
    let mut together = 0;
    for _ in 0..comparisons {
        let claims: Vec<Claim> = (0..metrics)
            .map(|_| {
                let rounds = simulate(
                    &mut random,
                    FIRST_LOOK,
                    Order::Turned,
                    MACHINE_DRIFT,
                    0.05,
                    TOLERANCE,
                );
                Claim::new(&log_ratios(&rounds), TOLERANCE)
            })
            .collect();
        let fails = |levels: &[f64]| {
            let mut standings = claims.iter().zip(levels);
            standings.any(|(claim, level)| claim.standing(*level) == Standing::Over)
        };
        alone += u32::from(fails(&vec![LEVEL; metrics]));
        together +=
            u32::from(fails(&levels_together(&claims.iter().map(Some).collect::<Vec<_>>())));
    }
    println!(
        "| {metrics} | {} | {} |",
        percent(alone, comparisons),
        percent(together, comparisons)
    );
}

fn row(comparisons: u32, noise: f64, change: f64) {
    let mut random = Random(7);
    let mut counts = Counts::default();
    for _ in 0..comparisons {
        let drift = MACHINE_DRIFT;
        counts.add(&simulate(&mut random, LAST_LOOK, Order::Turned, drift, noise, change));
    }
    println!("| {:.0}% | {:+.0}% | {} |", noise * 100.0, change * 100.0, counts.cells(comparisons));
}

fn percent(count: u32, of: u32) -> String {
    format!("{:.1}", f64::from(count) * 100.0 / f64::from(of))
}

/// What Proofmark says.
#[derive(Clone, Copy)]
enum Answer {
    Pass,
    Warning,
    Fail,
    Inconclusive,
}

/// Judges the first rounds by the rule of `proofmark judge`.
fn look(rounds: &[(f64, f64)], pairs: usize, tolerance: f64) -> Answer {
    match Claim::new(&log_ratios(&rounds[..pairs]), tolerance).standing(LEVEL) {
        Standing::Within => Answer::Pass,
        Standing::Worse => Answer::Warning,
        Standing::Over => Answer::Fail,
        Standing::Open => Answer::Inconclusive,
    }
}

fn log_ratios(rounds: &[(f64, f64)]) -> Vec<f64> {
    rounds.iter().map(|(baseline, candidate)| (candidate / baseline).ln()).collect()
}

/// Fails a candidate whose one run is over the stored one by more than a tenth.
fn one_run(rounds: &[(f64, f64)]) -> bool {
    rounds[0].1 > rounds[0].0 * 1.1
}

/// Fails by `pass: ["<=+10%"]`, `compare_with: several_results`, `number_of_comparison_results: 3` and
/// `aggregate_function: avg`: lighthouse-service of Keptn 1.
fn keptn(rounds: &[(f64, f64)]) -> bool {
    let average = rounds[..3].iter().map(|(baseline, _)| baseline).sum::<f64>() / 3.0;
    rounds[2].1 > average * 1.1
}

/// Fails by the Mann–Whitney judge of Kayenta 2.46: `direction: increase`, a 98 % interval of the shift by
/// the normal approximation, tolerance of a quarter of the estimated shift, and `allowedIncrease` on the
/// ratio of means.
fn kayenta(rounds: &[(f64, f64)], allowed_increase: f64) -> bool {
    const Z: f64 = 2.326_347_874_040_840_8;
    let control: Vec<f64> = rounds.iter().map(|(baseline, _)| *baseline).collect();
    let experiment: Vec<f64> = rounds.iter().map(|(_, candidate)| *candidate).collect();
    let low = shift(&experiment, &control, Z);
    let estimate = shift(&experiment, &control, 0.0);
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    low > 0.25 * estimate.abs() && mean(&experiment) / mean(&control) >= allowed_increase
}

/// Finds the shift at which the standardised rank sum is `quantile`, with its correction for continuity.
fn shift(experiment: &[f64], control: &[f64], quantile: f64) -> f64 {
    let (least, most) = (f64::INFINITY, f64::NEG_INFINITY);
    let least = |values: &[f64]| values.iter().copied().fold(least, f64::min);
    let most = |values: &[f64]| values.iter().copied().fold(most, f64::max);
    let mut low = least(experiment) - most(control);
    let mut high = most(experiment) - least(control);
    let (n, m) = (experiment.len() as f64, control.len() as f64);
    let deviation = (n * m * (n + m + 1.0) / 12.0).sqrt();
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        let above = experiment
            .iter()
            .flat_map(|one| control.iter().map(move |other| (one - middle).partial_cmp(other)))
            .map(|order| match order {
                Some(std::cmp::Ordering::Greater) => 1.0,
                Some(std::cmp::Ordering::Equal) => 0.5,
                _ => 0.0,
            })
            .sum::<f64>()
            - n * m / 2.0;
        let continuity = if above == 0.0 { 0.0 } else { above.signum() * 0.5 };
        if (above - continuity) / deviation - quantile > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// In which order the rounds of the two sides run.
#[derive(Clone, Copy)]
enum Order {
    /// All of the baseline, then all of the candidate.
    Apart,
    /// The baseline first in each pair.
    Fixed,
    /// Whoever was second is first in the next pair.
    Turned,
}

/// Gives baseline and candidate of so many pairs.
fn simulate(
    random: &mut Random,
    pairs: usize,
    order: Order,
    machine_drift: f64,
    noise: f64,
    change: f64,
) -> Vec<(f64, f64)> {
    let last = (2 * pairs - 1) as f64;
    let levels: Vec<f64> = (0..2 * pairs)
        .map(|at| 4.0 + machine_drift.ln_1p() * at as f64 / last + noise * random.normal())
        .collect();
    (0..pairs)
        .map(|pair| {
            let (baseline, candidate) = match order {
                Order::Apart => (pair, pairs + pair),
                Order::Turned if pair % 2 == 1 => (2 * pair + 1, 2 * pair),
                Order::Fixed | Order::Turned => (2 * pair, 2 * pair + 1),
            };
            (levels[baseline].exp(), levels[candidate].exp() * (1.0 + change))
        })
        .collect()
}

/// Is a sequence of chance that a seed gives again: `SplitMix64`.
struct Random(u64);

impl Random {
    /// Gives a number between 0 and 1, neither of them.
    fn even(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        ((bits >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// Gives a number of the standard normal distribution, by Box and Muller.
    fn normal(&mut self) -> f64 {
        (-2.0 * self.even().ln()).sqrt() * (std::f64::consts::TAU * self.even()).cos()
    }
}
