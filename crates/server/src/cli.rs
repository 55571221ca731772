//! The command line: verbs, each with an example in its help.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use speech::Language;

use crate::config::Source;
use crate::findings::Reader;
pub(crate) use virtual_hotline::{ReplayArgs, SimulateArgs};

mod virtual_hotline;

pub(crate) use self::agent::AgentVerb;
pub(crate) use self::audit::AuditVerb;
pub(crate) use self::backup::{BackupArgs, RestoreArgs};
pub(crate) use self::calendar::{CalendarArgs, CalendarVerb};
pub(crate) use self::conflict::ConflictVerb;
pub(crate) use self::customer::{CustomerVerb, ImportArgs};
pub(crate) use self::prompts::PromptsVerb;
pub(crate) use self::report::{CutArgs, FileArgs, ReportVerb, TimeArgs};
pub(crate) use self::retention::RetentionArgs;
pub(crate) use self::ticket::{DueArgs, ReassignArgs, RulesArgs, TicketVerb};

mod agent;
mod audit;
mod backup;
mod calendar;
mod conflict;
mod customer;
mod prompts;
mod report;
mod retention;
mod ticket;

/// The contact centre in one binary.
#[derive(Debug, Parser)]
#[command(
    name = "trunkline",
    version,
    after_help = "Without a verb it serves: `trunkline` is `trunkline serve`.\nExit codes: 0 done, 1 the input is wrong, 2 the command line is wrong, 3 the system failed."
)]
pub(crate) struct Cli {
    /// Where the configuration stands.
    #[command(flatten)]
    pub place: Place,
    /// What to do.
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// Options of every verb; they may stand before it and after it.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// Folder of the configuration.
    #[arg(long, global = true, default_value = "config", value_name = "DIR")]
    config: PathBuf,
    /// Overrides one setting, such as sip.udp=127.0.0.1:5070; may be repeated.
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    overrides: Vec<String>,
    /// Prints data for programs.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The language of findings and sentences; without it that of the environment, else English.
    #[arg(long, global = true, value_enum)]
    lang: Option<Lang>,
    /// Shows findings with excerpts of their files also where no terminal is.
    #[arg(long, global = true)]
    excerpts: bool,
}

impl Place {
    /// As the configuration's source.
    pub(crate) fn source(&self) -> Source {
        Source {
            dir: self.config.clone(),
            overrides: self.overrides.clone(),
            instead: Default::default(),
        }
    }

    /// How findings are told.
    pub(crate) fn reader(&self) -> Reader {
        Reader {
            language: self.language(),
            excerpts: self.excerpts,
        }
    }

    /// The language in which people are told. Of the environment's variables the first that says anything counts (POSIX §8.2).
    fn language(&self) -> Language {
        let named = ["LC_ALL", "LC_MESSAGES", "LANG"].map(std::env::var);
        let named = named.into_iter().flatten().find(|it| !it.is_empty());
        match self.lang {
            Some(Lang::Zh) => Language::Chinese,
            Some(Lang::En) => Language::English,
            None => of_locale(&named.unwrap_or_default()),
        }
    }
}

/// `zh_CN.UTF-8`; everything that is not Chinese reads English.
fn of_locale(name: &str) -> Language {
    let tag = name.split(['_', '.', '@']).next().unwrap_or_default();
    Language::of(tag).unwrap_or(Language::English)
}

impl Cli {
    /// Reads a command line. Of an option that stands both before and after the verb, clap keeps the latter alone; for
    /// `--set` that would lose a setting without a word, so all of them are collected here, in order.
    pub(crate) fn read(line: impl IntoIterator<Item = String>) -> Result<Self, clap::Error> {
        let line: Vec<String> = line.into_iter().collect();
        let mut cli = Self::try_parse_from(&line)?;
        cli.place.overrides = all_of("--set", &line);
        Ok(cli)
    }
}

/// Every value of an option in a line that clap has accepted: no value of another option begins with hyphens.
fn all_of(option: &str, line: &[String]) -> Vec<String> {
    let mut values = Vec::new();
    let mut words = line.iter().take_while(|word| *word != "--");
    while let Some(word) = words.next() {
        if word == option {
            values.extend(words.next().cloned());
        } else if let Some(value) = word
            .strip_prefix(option)
            .and_then(|rest| rest.strip_prefix('='))
        {
            values.push(value.to_owned());
        }
    }
    values
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Runs the contact centre (the default).
    #[command(
        after_help = "Example: trunkline serve --config config --set http.listen=127.0.0.1:8090"
    )]
    Serve,
    /// Checks configuration and all scripts without starting anything.
    #[command(
        after_help = "Examples:\n  trunkline check --config config\n  trunkline check --lang zh --excerpts\n  trunkline check --save-test"
    )]
    Check {
        /// Writes the caller's story of each mistake into its script, as a test that fails until the script is mended.
        #[arg(long)]
        save_test: bool,
    },
    /// Calls a number from a built-in test phone through real SIP and RTP, and narrates what happens.
    #[command(
        after_help = "Examples:\n  trunkline call 4000 --press 2s:1 --tone 440 --for 20\n  trunkline call --answer --as 1001 --password trunkline-demo --tone 880"
    )]
    Call(CallArgs),
    /// IVR scripts.
    #[command(subcommand)]
    Ivr(IvrVerb),
    /// The sounds of prompts: recorded, made from their texts, missing.
    #[command(subcommand)]
    Prompts(PromptsVerb),
    /// When which door is open.
    #[command(subcommand)]
    Calendar(CalendarVerb),
    /// The people who take calls.
    #[command(subcommand)]
    Agent(AgentVerb),
    /// Bearer tokens for programs.
    #[command(subcommand)]
    Token(TokenVerb),
    /// Numbers whose callers are barred, let through or come first.
    #[command(subcommand)]
    NumberList(NumberListVerb),
    /// Callers and agents who must not meet.
    #[command(subcommand)]
    Conflict(ConflictVerb),
    /// Who is on file: found, shown, taken over from lists, merged.
    #[command(subcommand)]
    Customer(CustomerVerb),
    /// Who did what to what, in a log that cannot be changed unseen.
    #[command(subcommand)]
    Audit(AuditVerb),
    /// Writes all of the house into a folder while it serves: tables, fact log, configuration, scripts and sounds.
    #[command(
        after_help = "Examples:\n  trunkline backup /backup/2026-11-23\n  trunkline backup /backup/2026-11-23 --recordings\nThe folder stands under its name once it is whole; `sha256sum -c SHA256SUMS` in it proves it. docs/backup.md"
    )]
    Backup(BackupArgs),
    /// Makes a house anew of a backup, where none is yet, in either database.
    #[command(
        after_help = "Examples:\n  trunkline restore /backup/2026-11-23\n  trunkline restore /backup/2026-11-23 --set store.url=postgres:///trunkline?host=/run/postgresql\nIt goes where the configuration says, which comes out of the backup where none stands. docs/backup.md"
    )]
    Restore(RestoreArgs),
    /// Removes what the house keeps no longer, as a running server does each day; `--dry-run` tells what that would be.
    #[command(
        after_help = "Examples:\n  trunkline retention --dry-run\n  trunkline retention --set retention.recordings_days=90 --dry-run\ndocs/retention.md"
    )]
    Retention(RetentionArgs),
    /// What the house says of tickets: rules of dispatch with their dry run, and when a ticket is due.
    #[command(subcommand)]
    Ticket(TicketVerb),
    /// Figures of queues or agents over a time, each with its formula.
    #[command(subcommand)]
    Report(ReportVerb),
    /// What goes on in the signalling of the running server.
    #[command(subcommand)]
    Sip(SipVerb),
    /// Tells why a call went where it went, or why its caller still waits, a sentence for each decision.
    #[command(
        after_help = "Examples:\n  trunkline why 382709945067372544\n  trunkline why 382709945067372544 --agent 1003 --lang zh"
    )]
    Why(WhyArgs),
    /// Plays a day of callers and agents against the configuration, in virtual time, and reports how they fared.
    #[command(
        after_help = "Examples:\n  trunkline simulate\n  trunkline simulate monday.toml --strategy ring-all --html monday.html\n  trunkline simulate monday.toml --seed 7 --json\nWithout a scenario it plays `trunkline simulate --example`; docs/simulate.md explains each key."
    )]
    Simulate(SimulateArgs),
    /// Plays a day of the fact log again: its decisions as they were, and how callers would have fared under the rules of
    /// `--config`.
    #[command(
        after_help = "Examples:\n  trunkline replay --day 2026-11-23\n  trunkline replay --day 2026-11-23 --config next --facts data/facts --html monday.html\n  trunkline replay --day 2026-11-23 --strategy ring-all --plays 100 --json\ndocs/simulate.md says what is known of a day, and what is drawn."
    )]
    Replay(ReplayArgs),
    /// Prints completions for a shell.
    #[command(
        after_help = "Example: trunkline completions bash > ~/.local/share/bash-completion/completions/trunkline"
    )]
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// `trunkline call`
#[derive(Debug, Args)]
pub(crate) struct CallArgs {
    /// The number to dial.
    #[arg(required_unless_present = "answer")]
    pub number: Option<String>,
    /// Waits for calls instead of making one; needs --as and --password.
    #[arg(long, conflicts_with = "number", requires = "password")]
    pub answer: bool,
    /// The number that calls, or the login of an agent.
    #[arg(long = "as", value_name = "USER", default_value = "13800001111")]
    pub user: String,
    /// The password of that agent.
    #[arg(long)]
    pub password: Option<String>,
    /// The server; default: the first SIP listener of the configuration.
    #[arg(long, value_name = "ADDRESS")]
    pub server: Option<SocketAddr>,
    /// Presses a key so long after the answer: 2s:1 (may be repeated).
    #[arg(long, value_name = "AFTER:KEY")]
    pub press: Vec<String>,
    /// How keys are sent.
    #[arg(long, value_enum, default_value = "rfc4733")]
    pub dtmf: Dtmf,
    /// Says a tone of this frequency.
    #[arg(long, value_name = "HZ", conflicts_with = "wav")]
    pub tone: Option<f64>,
    /// Says this WAV.
    #[arg(long, value_name = "FILE")]
    pub wav: Option<PathBuf>,
    /// Writes what is heard and said to this WAV (left heard, right said).
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Hangs up so many seconds after the answer.
    #[arg(long = "for", value_name = "SECONDS")]
    pub hold_for: Option<f64>,
}

/// How keys are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dtmf {
    /// In the media.
    Rfc4733,
    /// By SIP INFO.
    Info,
}

/// `trunkline ivr`
#[derive(Debug, Subcommand)]
pub(crate) enum IvrVerb {
    /// Runs the tests that stand in the scripts, in virtual time.
    #[command(after_help = "Example: trunkline ivr test ivr-scripts/main.toml")]
    Test {
        /// One script; default: all.
        file: Option<PathBuf>,
        /// Lists the exits that no test takes.
        #[arg(long)]
        untried: bool,
    },
    /// Tries a script by hand, in virtual time: what a caller hears, which keys are open, and what comes of them.
    #[command(
        after_help = "Examples:\n  trunkline ivr try main\n  trunkline ivr try 4000 --at \"2026-10-01 09:00\" --lang zh\n  printf '1\\n:queue timeout\\n' | trunkline ivr try main\n`:help` tells what can be typed."
    )]
    Try {
        /// A script, by its file or its name, or a number that leads into one.
        #[arg(value_name = "FILE|NAME|NUMBER")]
        what: String,
        /// When the call comes, such as "2026-10-01 09:00"; default: this minute.
        #[arg(long, value_name = "MOMENT")]
        at: Option<String>,
    },
    /// Lists the versions of a script that led callers, the newest first.
    #[command(after_help = "Example: trunkline ivr versions main")]
    Versions {
        /// The script's name.
        script: String,
    },
    /// Shows what changed between two versions of a script; without numbers, in the newest one.
    #[command(after_help = "Examples:\n  trunkline ivr diff main\n  trunkline ivr diff main 3 7")]
    Diff {
        /// The script's name.
        script: String,
        /// The older version; default: the one before `TO`.
        from: Option<u32>,
        /// The newer version; default: the newest.
        to: Option<u32>,
    },
    /// Writes the text of an older version into the script's file, once it is proved to be good today.
    #[command(
        after_help = "Examples:\n  trunkline ivr rollback main\n  trunkline ivr rollback main --to 3\nA running server takes it by `kill -HUP`, or at once by POST /v1/scripts/main/rollback."
    )]
    Rollback {
        /// The script's name.
        script: String,
        /// The version; default: the one before the newest.
        #[arg(long)]
        to: Option<u32>,
    },
    /// Prints the JSON Schema of scripts, by which editors complete, explain and mark keys while one types.
    #[command(
        after_help = "Example: trunkline ivr schema > ivr-scripts/script.schema.json\nAn editor of TOML finds it by the script's first line: #:schema ./script.schema.json"
    )]
    Schema,
    /// Draws a script: its nodes, its exits, and what leads along them; exits that no test takes are dashed.
    #[command(
        after_help = "Examples:\n  trunkline ivr graph ivr-scripts/main.toml > main.mmd\n  trunkline ivr graph ivr-scripts/main.toml --format svg > main.svg\n  trunkline ivr graph ivr-scripts/main.toml --format svg --heat --days 30 > heat.svg"
    )]
    Graph {
        /// The script.
        file: PathBuf,
        /// The form of the drawing.
        #[arg(long, value_enum, default_value_t = GraphFormat::Mermaid)]
        format: GraphFormat,
        /// Colours nodes by how many callers hung up there, and writes how many came and went along each exit.
        #[arg(long)]
        heat: bool,
        #[command(flatten)]
        of: HeatArgs,
    },
    /// Tells how the last canary of scripts stands, from its start on: what went badly on either side, and why it was taken back.
    #[command(
        after_help = "Example: trunkline ivr canary\nA script is tried on a share of callers by `on = \"5%\"` in its head; docs/ivr-scripts.md tells how."
    )]
    Canary,
    /// Tells for each node of a script how many callers came, how they left, after how long, and where they hung up.
    #[command(
        after_help = "Examples:\n  trunkline ivr heat main\n  trunkline ivr heat main --days 30 --of-version 7\nCalls that have ended count, read from the store, whether a server runs or not."
    )]
    Heat {
        /// The script's name.
        script: String,
        #[command(flatten)]
        of: HeatArgs,
    },
}

/// Which callers' ways through a script are told.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct HeatArgs {
    /// Of the last so many days.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=400))]
    pub days: u16,
    /// Of this version alone.
    #[arg(long, value_name = "N")]
    pub of_version: Option<u32>,
}

/// The form of a drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// Text for Mermaid, which browsers and code forges draw.
    Mermaid,
    /// A picture.
    Svg,
}

/// `trunkline token`
#[derive(Debug, Subcommand)]
pub(crate) enum TokenVerb {
    /// Makes a token that acts as an agent; prints it once.
    #[command(
        after_help = "Examples:\n  trunkline token add crm --as admin --scope customers:read,tickets:write\n  trunkline token add audit-2026 --as admin --scope calls:read --days 30"
    )]
    Add {
        /// What it is for.
        name: String,
        /// Whose rights it has.
        #[arg(long = "as", value_name = "LOGIN")]
        login: String,
        /// What of them: words with commas between them; `*` is all of them.
        #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',')]
        scopes: Vec<String>,
        /// Ends after so many days; never without it.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3650))]
        days: Option<u32>,
    },
    /// Lists all tokens, without their secrets.
    #[command(after_help = "Example: trunkline token list")]
    List,
    /// Takes a token back.
    #[command(after_help = "Example: trunkline token revoke wallboard")]
    Revoke {
        /// Its name.
        name: String,
    },
}

/// `trunkline number-list`
#[derive(Debug, Subcommand)]
pub(crate) enum NumberListVerb {
    /// Enters numbers on a list.
    #[command(
        after_help = "Examples:\n  trunkline number-list add black 13800001111 --action reject --reason 'threats' --days 30\n  trunkline number-list add black '0044*' --action voicemail:night --reason 'nuisance' --scope queue:support\n  trunkline number-list add white 13800001111 --reason 'appealed, upheld'\n  trunkline number-list add vip 13800000000..13800009999 --level 3 --reason 'the ministry'"
    )]
    Add(NumberListArgs),
    /// Lists entries with their ids, the last entered first.
    #[command(
        after_help = "Examples:\n  trunkline number-list list --json\n  trunkline number-list list --number 13800001111"
    )]
    List {
        /// black, white or vip; all without it.
        #[arg(long)]
        list: Option<String>,
        /// Those that fit this number, in any spelling.
        #[arg(long)]
        number: Option<String>,
    },
    /// Takes an entry back.
    #[command(after_help = "Example: trunkline number-list remove 382709945067372544")]
    Remove {
        /// The entry's id, as `list` tells it.
        id: model::NumberEntryId,
    },
}

/// `trunkline number-list add`
#[derive(Debug, Args)]
pub(crate) struct NumberListArgs {
    /// black, white or vip.
    pub list: String,
    /// A number in any spelling, what they begin with (010*), or the first and the last of a range (13800000000..13800009999).
    pub numbers: String,
    /// Of the black list: reject, busy, script:NAME, voicemail:MAILBOX or log.
    #[arg(long)]
    pub action: Option<String>,
    /// Of VIPs: 1 to 9.
    #[arg(long)]
    pub level: Option<u8>,
    /// Why; who talks with the caller sees it.
    #[arg(long)]
    pub reason: String,
    /// Where: queue:NAME or number:NUMBER; may be given several times, everywhere without it.
    #[arg(long)]
    pub scope: Vec<String>,
    /// For so many days; without it until somebody takes it back.
    #[arg(long)]
    pub days: Option<u32>,
    /// An appeal, and what became of it.
    #[arg(long)]
    pub note: Option<String>,
    /// Login of who enters it.
    #[arg(long = "as", value_name = "LOGIN", default_value = "admin")]
    pub owner: String,
}

/// `trunkline sip`
#[derive(Debug, Subcommand)]
pub(crate) enum SipVerb {
    /// Prints the ladder of a call: its messages and what was decided, secrets masked.
    #[command(
        after_help = "Examples:\n  trunkline sip trace --call 382709945067372544\n  trunkline sip trace --call 382709945067372544 --full | less -S"
    )]
    Trace {
        /// The call's id, as in /v1/calls.
        #[arg(long, value_name = "ID")]
        call: String,
        /// With the messages themselves.
        #[arg(long)]
        full: bool,
    },
    /// Lists what was refused, from where and why, the last first.
    #[command(after_help = "Example: trunkline sip blocked --json")]
    Blocked,
}

/// `trunkline why`
#[derive(Debug, Args)]
pub(crate) struct WhyArgs {
    /// The call's id, as in /v1/calls.
    pub call: String,
    /// Why it did not go to this agent: his login.
    #[arg(long, value_name = "LOGIN")]
    pub agent: Option<String>,
}

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Lang {
    /// 中文
    Zh,
    /// English
    En,
}

/// Writes completions for a shell to standard output.
pub(crate) fn complete(shell: clap_complete::Shell) {
    let mut command = Cli::command();
    clap_complete::generate(shell, &mut command, "trunkline", &mut std::io::stdout());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(line: &str) -> Source {
        let line = line.split(' ').map(str::to_owned);
        Cli::read(line).unwrap().place.source()
    }

    #[test]
    fn no_setting_is_lost_wherever_it_stands() {
        let both = source("trunkline --config a --set x.y=1 serve --set x.z=2 --set=x.w=a=b");
        assert_eq!(both.overrides, ["x.y=1", "x.z=2", "x.w=a=b"]);
        assert_eq!(both.dir, PathBuf::from("a"));
        let nested = source("trunkline agent --set a.b=c list --json --set a.d=e --config b");
        assert_eq!(nested.overrides, ["a.b=c", "a.d=e"]);
        assert_eq!(nested.dir, PathBuf::from("b"));
    }

    #[test]
    fn a_wrong_line_is_refused() {
        for line in [
            "trunkline nothing",
            "trunkline call",
            "trunkline --set",
            "trunkline serve --sett a.b=c",
        ] {
            assert!(
                Cli::read(line.split(' ').map(str::to_owned)).is_err(),
                "{line}"
            );
        }
    }
}
