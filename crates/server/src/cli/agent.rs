//! `trunkline agent`: the line of people.

use std::path::PathBuf;

use clap::Subcommand;

/// `trunkline agent`
#[derive(Debug, Subcommand)]
pub(crate) enum AgentVerb {
    /// Adds an agent; prints a password if none is given.
    #[command(
        after_help = "Example: trunkline agent add 1004 --name 'Zhao Lei' --queues support,sales/2 --skills en=4,billing"
    )]
    Add {
        /// User name of phone and page, and the number by which colleagues dial him.
        login: String,
        /// His name.
        #[arg(long)]
        name: String,
        /// Queues that he serves; `sales/2`: in the second tier, `sales*3`: with weight 3.
        #[arg(long, value_delimiter = ',')]
        queues: Vec<String>,
        /// Skills with levels from 1 to 255, such as en=4.
        #[arg(long, value_delimiter = ',')]
        skills: Vec<String>,
        /// agent, supervisor, admin.
        #[arg(long, value_delimiter = ',', default_value = "agent")]
        roles: Vec<String>,
        /// Language of his page.
        #[arg(long, default_value = "zh-CN")]
        locale: String,
        /// His password; without it one is made and printed once.
        #[arg(long)]
        password: Option<String>,
    },
    /// Lists all agents.
    #[command(after_help = "Example: trunkline agent list --json")]
    List,
    /// Adds or changes agents from a CSV file: login,name,password,queues,skills,roles,outside,groups,reach; lists are separated by `;`.
    #[command(after_help = "Example: trunkline agent import agents.csv")]
    Import {
        /// The file.
        file: PathBuf,
    },
    /// Gives an agent a new password; reads it from standard input if none is given.
    #[command(after_help = "Example: trunkline agent passwd 1001 < new-password.txt")]
    Passwd {
        /// Who.
        login: String,
        /// The password; better given by standard input, where no list of processes shows it.
        #[arg(long)]
        password: Option<String>,
    },
    /// Says how far an agent's rights go: own, group (the groups of tickets that he is of), tree (these and those below them), all.
    #[command(after_help = "Example: trunkline agent reach boss tree")]
    Reach {
        /// Who.
        login: String,
        /// own, group, tree, all.
        reach: String,
    },
    /// Says that an agent is away, and who gets his tickets meanwhile; or with --back that he is here.
    #[command(
        after_help = "Examples:\n  trunkline agent absent 1001 --until '2026-11-30 09:00' --stand-in 1002\n  trunkline agent absent 1001 --from '2026-12-24 00:00' --until '2026-12-27 09:00'\n  trunkline agent absent 1001 --back\nMoments are those of the calendar of tickets.toml. `trunkline agent list` shows who is away."
    )]
    Absent {
        /// Who.
        login: String,
        /// Until when, such as '2026-11-30 09:00'.
        #[arg(long, required_unless_present = "back", conflicts_with = "back")]
        until: Option<String>,
        /// Since when; from this moment on without it.
        #[arg(long, conflicts_with = "back")]
        from: Option<String>,
        /// Who gets what is meant for him.
        #[arg(long, conflicts_with = "back")]
        stand_in: Option<String>,
        /// He is here.
        #[arg(long)]
        back: bool,
    },
    /// Sets the number at which an agent is rung outside the house, by a trunk; without a number, he has none any more.
    #[command(
        after_help = "Examples:\n  trunkline agent outside 1001 +8613800001111\n  trunkline agent outside 1001\nHe is rung there while no phone of his is registered, or when he chooses so on his page; an answer counts once he has pressed 1."
    )]
    Outside {
        /// Who.
        login: String,
        /// The number, as it would be dialled.
        number: Option<String>,
    },
}
