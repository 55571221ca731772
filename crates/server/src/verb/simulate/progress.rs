//! The bar of a long run, on a terminal alone: who reads standard output by a program sees none of it.

use indicatif::ProgressStyle;
use sim::Progress;

const LOOKS: &str = "{bar:40} {percent:>3} %  {msg} calls  {elapsed} of about {duration}";

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
        self.0.set_message(progress.calls.to_string());
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
