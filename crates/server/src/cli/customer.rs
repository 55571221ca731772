//! `trunkline customer`: the line of who is on file (F1, F8, F9).

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `trunkline customer`
#[derive(Debug, Subcommand)]
pub(crate) enum CustomerVerb {
    /// Finds customers by a name in characters, pinyin or initials, the end of a number, or an external reference.
    #[command(
        after_help = "Examples:\n  trunkline customer search 王芳\n  trunkline customer search wangf --json\n  trunkline customer search 1111"
    )]
    Search {
        /// What is looked for.
        text: String,
    },
    /// Shows all that is on file of a customer.
    #[command(after_help = "Example: trunkline customer show 382709945067372544")]
    Show {
        /// His id.
        id: String,
    },
    /// Takes a list over: CSV (UTF-8 or GB18030) or XLSX, with a head in English or Chinese.
    #[command(
        after_help = "Examples:\n  trunkline customer import customers.xlsx --dry-run\n  trunkline customer import names.csv --with addresses.csv\n  trunkline customer import names.csv --skip-errors\nThe same list again changes nothing: a customer is known by his external reference, or by his name and a number.\ndocs/customers.md names the columns."
    )]
    Import(ImportArgs),
    /// Makes a customer one with another, who stands for both; it can be undone for 7 days.
    #[command(
        after_help = "Example: trunkline customer merge 382709945067372544 382709945067376640"
    )]
    Merge {
        /// Who is merged: his id.
        id: String,
        /// Who stands for both: his id.
        into: String,
    },
    /// Takes a merge back.
    #[command(after_help = "Example: trunkline customer unmerge 382709945067372544")]
    Unmerge {
        /// Who was merged: his id.
        id: String,
    },
}

/// `trunkline customer import`
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The file; of a workbook the first sheet names the customers, and all others are joined to it.
    pub(crate) file: PathBuf,
    /// A file more, such as addresses, whose rows are joined by the column external_ref (编号); may be repeated.
    #[arg(long, value_name = "FILE")]
    pub(crate) with: Vec<PathBuf>,
    /// Only tells what would become of it.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Leaves out rows with a mistake; otherwise nothing is written then.
    #[arg(long)]
    pub(crate) skip_errors: bool,
}
