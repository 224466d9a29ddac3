//! What can be typed. Stable: scripts and tests use it.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// See, own and improve every touchpoint that customers go through.
#[derive(Debug, Parser)]
#[command(name = "throughline", version, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the pages.
    Serve(Serve),
    /// Make up a telecom with known causes of contacts, and import its logs.
    Demo(Demo),
    /// Import a log.
    Import(Import),
    /// Ask for figures.
    Query(Query),
    /// Import or export the service inventory as CSV.
    Inventory(Inventory),
    /// Add, list or disable users.
    User(User),
    /// Make, list or revoke keys by which machines send events.
    Key(Key),
    /// Join several ids of one customer by a file, list what was joined, or take it back.
    Link(Link),
    /// Print the description of the interface for machines.
    Openapi,
}

#[derive(Debug, Args)]
pub struct Key {
    #[command(subcommand)]
    pub action: KeyAction,
}

#[derive(Debug, Subcommand)]
pub enum KeyAction {
    /// Make a key for a source and print it, this once.
    Add {
        #[arg(long)]
        source: String,
        #[arg(long)]
        name: String,
        #[command(flatten)]
        place: Place,
    },
    List {
        #[command(flatten)]
        place: Place,
    },
    Revoke {
        id: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Args)]
pub struct Link {
    #[command(subcommand)]
    pub action: LinkAction,
}

#[derive(Debug, Subcommand)]
pub enum LinkAction {
    /// Join the ids that the first two columns of a file name.
    Add {
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Take a link file back.
    Undo {
        id: String,
        #[command(flatten)]
        place: Place,
    },
    /// Let a link file count again.
    Redo {
        id: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Clone, Args)]
pub struct Place {
    /// Folder that holds everything.
    #[arg(long, default_value = "data")]
    pub data_dir: PathBuf,
    /// PostgreSQL address; SQLite in the data folder without it.
    #[arg(long, env = "THROUGHLINE_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
}

#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    pub place: Place,
    /// Address and port.
    #[arg(long, default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
    /// Offer demo accounts by one click; this machine only.
    #[arg(long)]
    pub demo: bool,
    /// Folder with the browser's half of the product; found beside the program without it.
    #[arg(long)]
    pub site: Option<PathBuf>,
    /// Mail server that letters are given to: smtp://NAME:PASSWORD@HOST:PORT, smtps:// for TLS from the start,
    /// smtp://…?tls=required for STARTTLS. Without it, alerts stay in the product.
    #[arg(long, env = "THROUGHLINE_SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// Who letters are from: Throughline <throughline@example.com>.
    #[arg(long, env = "THROUGHLINE_MAIL_FROM", requires = "smtp_url")]
    pub mail_from: Option<String>,
    /// Address at which people reach the product, for links in letters.
    #[arg(long, env = "THROUGHLINE_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Visitors come by HTTPS (through a proxy): cookies are then sent by HTTPS only.
    #[arg(long)]
    pub https: bool,
}

#[derive(Debug, Args)]
pub struct Demo {
    #[command(flatten)]
    pub place: Place,
    #[arg(long, default_value_t = 20_000)]
    pub customers: u32,
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Csv,
    Jsonl,
    Xes,
    Ocel,
    Parquet,
    Xlsx,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DayOrder {
    Day,
    Month,
}

#[derive(Debug, Args)]
pub struct Import {
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub place: Place,
    /// Name of the log: web, ivr, billing…
    #[arg(long)]
    pub source: String,
    /// Detected without it.
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// customer=COLUMN,time=COLUMN,activity=COLUMN[,id=,case=,reason=,text=,duration=,cost=,known_as=,NAME=COLUMN…]
    #[arg(long)]
    pub map: Option<String>,
    /// Zone of times that carry none: Europe/Berlin.
    #[arg(long)]
    pub time_zone: Option<String>,
    /// utf-8, utf-16le, utf-16be or latin-1; detected without it.
    #[arg(long)]
    pub encoding: Option<String>,
    /// One character, or tab; detected without it.
    #[arg(long)]
    pub delimiter: Option<String>,
    /// Which comes first in times like 01/02/2026; needed where the file does not show it.
    #[arg(long, value_enum)]
    pub day_order: Option<DayOrder>,
    /// Read and judge every row, show examples, keep nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Report {
    Transitions,
    Variants,
    Sankey,
    Funnel,
    Drivers,
    /// What customers say who come to --anchor, against all others.
    Keywords,
    /// Contacts of customers with an open case, by driver.
    OpenCases,
    /// Touchpoints with an owner and data, and what is missing.
    Coverage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    Activity,
    Experience,
    Touchpoint,
    Channel,
    Department,
    Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Direction {
    Forward,
    Backward,
    Both,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Occurrence {
    First,
    Last,
}

#[derive(Debug, Args)]
pub struct Query {
    #[arg(value_enum)]
    pub report: Report,
    #[command(flatten)]
    pub place: Place,
    #[arg(long, value_enum, default_value = "touchpoint")]
    pub by: By,
    /// First day that counts: 2026-03-01.
    #[arg(long)]
    pub from: Option<String>,
    /// Last day that counts.
    #[arg(long)]
    pub to: Option<String>,
    /// Only events of this source.
    #[arg(long)]
    pub source: Option<String>,
    /// Only customers of this saved segment.
    #[arg(long)]
    pub segment: Option<String>,
    /// Count immediate repeats each time.
    #[arg(long)]
    pub keep_repeats: bool,
    /// Look from this node.
    #[arg(long)]
    pub anchor: Option<String>,
    #[arg(long, value_enum)]
    pub occurrence: Option<Occurrence>,
    #[arg(long, value_enum, default_value = "forward")]
    pub direction: Direction,
    #[arg(long, default_value_t = 6)]
    pub steps: u32,
    #[arg(long, default_value_t = 10)]
    pub top: u32,
    /// What a journey is.
    #[arg(long, value_enum, default_value = "customer")]
    pub unit: Unit,
    /// With --unit visit: minutes without any event after which a new visit begins.
    #[arg(long, default_value_t = 30)]
    pub gap: u32,
    /// A step of the funnel; several in their order.
    #[arg(long = "step")]
    pub funnel: Vec<String>,
    /// How much time the funnel may take: 7d, 12h, 30m.
    #[arg(long)]
    pub within: Option<String>,
    /// Variants: a block of nodes that is repeated at once counts once.
    #[arg(long)]
    pub fold_loops: bool,
    /// Variants listed.
    #[arg(long, default_value_t = 100)]
    pub limit: usize,
    /// Drivers: the touchpoint to be explained, instead of all contacts.
    #[arg(long)]
    pub outcome: Option<String>,
    /// Drivers: days after a touchpoint in which a contact may belong to it.
    #[arg(long, default_value_t = 7)]
    pub window: u32,
    /// Print the view model as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Unit {
    Customer,
    Case,
    Visit,
}

#[derive(Debug, Args)]
pub struct Inventory {
    #[command(subcommand)]
    pub action: InventoryAction,
}

#[derive(Debug, Subcommand)]
pub enum InventoryAction {
    /// Read a CSV file, one row a mapping rule.
    Import {
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Write a CSV file, or to the screen.
    Export {
        file: Option<PathBuf>,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Args)]
pub struct User {
    #[command(subcommand)]
    pub action: UserAction,
}

#[derive(Debug, Subcommand)]
pub enum UserAction {
    /// Add someone and print the link by which they choose a password.
    Add {
        email: String,
        #[arg(long)]
        name: String,
        /// admin, cx_manager, department_head, executive or front_line
        #[arg(long)]
        role: String,
        /// Name of the department, for heads and front line.
        #[arg(long)]
        department: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    List {
        #[command(flatten)]
        place: Place,
    },
    Disable {
        email: String,
        #[command(flatten)]
        place: Place,
    },
}
