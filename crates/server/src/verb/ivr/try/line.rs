//! Lines that are typed: at a terminal with a history and keys to edit them, by a pipe as they come.
//!
//! A pipe is read without a prompt and without an escape code, so that a file of lines is a story that can be told again.

use std::io::{BufRead as _, IsTerminal as _};

use anyhow::Context as _;
use rustyline::error::ReadlineError;
use rustyline::{Config, DefaultEditor};

const PROMPT: &str = "> ";
/// Longest line of a pipe that is taken, in bytes: an answer as JSON is the longest that makes sense.
const LINE_MAX: u64 = 64 * 1024;

/// Where lines come from.
pub(super) enum Lines {
    Terminal(Box<DefaultEditor>),
    Pipe,
}

impl Lines {
    pub(super) fn open() -> anyhow::Result<Self> {
        if !std::io::stdin().is_terminal() {
            return Ok(Self::Pipe);
        }
        let config = Config::builder().auto_add_history(false).build();
        let editor = DefaultEditor::with_config(config).context("the terminal")?;
        Ok(Self::Terminal(Box::new(editor)))
    }

    pub(super) const fn is_terminal(&self) -> bool {
        matches!(self, Self::Terminal(_))
    }

    /// The next line; none at the end. Ctrl-C takes back the line that is being typed.
    pub(super) fn next(&mut self) -> anyhow::Result<Option<String>> {
        match self {
            Self::Terminal(editor) => loop {
                match editor.readline(PROMPT) {
                    Ok(line) => return Ok(Some(line)),
                    Err(ReadlineError::Eof) => return Ok(None),
                    Err(ReadlineError::Interrupted | ReadlineError::Signal(_)) => {}
                    Err(error) => return Err(error).context("the terminal"),
                }
            },
            Self::Pipe => {
                let mut line = String::new();
                let mut stdin = std::io::Read::take(std::io::stdin().lock(), LINE_MAX);
                let read = stdin.read_line(&mut line).context("the standard input")?;
                Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
            }
        }
    }

    /// Keeps a line to be brought back by the arrow keys; of a terminal alone, and only while it is open.
    pub(super) fn remember(&mut self, line: &str) {
        if let Self::Terminal(editor) = self
            && !line.trim().is_empty()
        {
            // A line that cannot be kept is only not brought back.
            let _ = editor.add_history_entry(line);
        }
    }
}
