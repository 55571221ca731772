//! A house of ten million calls (4.3): fills a store with it, and measures what people wait for.
//!
//! `cargo bench -p store --bench volume -- fill URL` and `… -- measure URL`, the address of an empty file of SQLite or of an empty
//! database of PostgreSQL; `--calls`, `--tickets`, `--customers`, `--agents`, `--facts` (calls that keep each fact), `--entries` (tickets that keep their
//! timeline; the last ones, as with facts) and `--seed` for another house,
//! the same for both; `--times` for how often each question is asked.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unreachable,
    reason = "a bench tells what it measures"
)]

use indicatif::{ProgressBar, ProgressStyle};

use house::House;

mod chance;
mod fill;
mod house;
mod keys;
mod measure;
mod mould;
mod sample;
mod ticket_sums;

const USAGE: &str = "volume fill|measure URL [--calls N] [--tickets N] [--customers N] [--agents N] [--facts N] [--entries N] [--seed N] [--times N]";

fn main() -> Result<(), String> {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|it| it != "--bench")
        .collect();
    let [verb, url, options @ ..] = words.as_slice() else {
        // As `cargo bench` of all benches begins it: it needs an address.
        println!("{USAGE}");
        return Ok(());
    };
    let mut house = House {
        seed: 1,
        calls: 10_000_000,
        tickets: 5_000_000,
        customers: 2_000_000,
        agents: 500,
        calls_with_facts: 100_000,
        tickets_with_entries: u64::MAX,
        days_of_sums: 62,
    };
    let mut times = 500;
    for option in options.chunks(2) {
        let [name, value] = option else {
            return Err(USAGE.to_owned());
        };
        let value = value
            .parse()
            .map_err(|_| format!("{name}: a number is needed"))?;
        match name.as_str() {
            "--calls" => house.calls = value,
            "--tickets" => house.tickets = value,
            "--customers" => house.customers = value,
            "--agents" => house.agents = value,
            "--facts" => house.calls_with_facts = value,
            "--entries" => house.tickets_with_entries = value,
            "--seed" => house.seed = value,
            "--times" => times = value,
            _ => return Err(USAGE.to_owned()),
        }
    }
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let done = runtime.block_on(async {
        match verb.as_str() {
            "fill" => filled(url, &house).await,
            "measure" => measured(url, &house, times).await,
            _ => Err(store::StoreError::Setting(USAGE.to_owned())),
        }
    });
    done.map_err(|error| error.to_string())
}

async fn filled(url: &str, house: &House) -> Result<(), store::StoreError> {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg:12} {bar:40} {pos} of {len}  {elapsed}") {
        bar.set_style(style);
    }
    let mut tell = |what, done, all| {
        bar.set_message(what);
        bar.set_length(all);
        bar.set_position(done);
    };
    fill::fill(url, house, &mut tell).await?;
    bar.finish_and_clear();
    Ok(())
}

async fn measured(url: &str, house: &House, times: u64) -> Result<(), store::StoreError> {
    let mut tell = |what: &str, done, all| {
        if done == 0 {
            eprintln!("{what}: {all}");
        }
    };
    fill::finish(url, house, &mut tell).await?;
    println!("| question | p50 ms | p99 ms | aim ms | times | rows of all |");
    println!("|---|---|---|---|---|---|");
    measure::measure(url, house, times, |figure| println!("{figure}")).await?;
    Ok(())
}
