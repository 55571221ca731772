//! The bar of a long run, on a terminal alone: who reads standard output by a program sees none of it.

use indicatif::ProgressStyle;
use sim::Progress;

const LOOKS: &str = "{bar:40} {percent:>3} %  {msg}  {elapsed} of about {duration}";

#[derive(Clone)]
pub(super) struct ProgressBar(indicatif::ProgressBar);

impl ProgressBar {
    pub(super) fn new() -> Self {
        let bar = indicatif::ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template(LOOKS) {
            bar.set_style(style);
        }
        Self(bar)
    }

    pub(super) fn show(&self, progress: Progress) {
        self.0.set_length(progress.whole.as_secs());
        self.0.set_position(progress.passed.as_secs());
        self.0.set_message(format!("{} calls", progress.calls));
    }

    /// So many of all, of what it says.
    pub(super) fn count(&self, done: u64, all: u64, what: &str) {
        self.0.set_length(all);
        self.0.set_position(done);
        self.0.set_message(what.to_owned());
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
