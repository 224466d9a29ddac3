//! `throughline demo`: a made-up telecom, its inventory, its logs, and an account for each role.

use chrono_tz::Tz;
use contract::drivers::ReasonInput;
use contract::inventory::{KpiInput, LinkInput, NamedKind};
use contract::people::Role;
use contract::sources::LogRuleInput;
use contract::{Kind, UserError};
use events::csv::Mapping;
use services::people::{self, NewUser};
use services::sources::NewImport;
use services::{Actor, ServiceError, Services, company, drivers, inventory, sources};

use super::import::import;
use super::say;
use crate::cli;
use crate::open::open;

/// One account for each role: name, address, role, department.
const ACCOUNTS: [(&str, &str, Role, &str); 6] = [
    ("Demo CX manager", "cx@demo.example", Role::CxManager, ""),
    ("Demo head of Billing", "billing@demo.example", Role::DepartmentHead, "Billing"),
    ("Demo head of Field service", "field@demo.example", Role::DepartmentHead, "Field service"),
    ("Demo executive", "executive@demo.example", Role::Executive, ""),
    ("Demo front line", "frontline@demo.example", Role::FrontLine, "Contact centre"),
    ("Demo administrator", "admin@demo.example", Role::Admin, ""),
];

/// Makes the company; does nothing where the folder holds it already.
pub async fn run(options: cli::Demo) -> Result<(), ServiceError> {
    let cli::Demo { place, customers, seed } = options;
    let services = open(&place, true).await?;
    let actor = Actor::console();
    let folder = place.data_dir.join("demo");
    if folder.join("complete").is_file() {
        say("The demo company is there already.");
        return Ok(());
    }
    let begun = folder.join("begun");
    if !begun.is_file() {
        // Made-up customers must not be mixed with real ones.
        if !company::is_new(&services).await? {
            return Err(UserError::new(
                Kind::Conflict,
                "not_empty",
                format!("The data folder {} holds a company already.", place.data_dir.display()),
            )
            .at("--data-dir")
            .remedy("Make the demo in a folder of its own.")
            .into());
        }
        std::fs::create_dir_all(&folder).map_err(|source| ServiceError::Io { path: folder.clone(), source })?;
        std::fs::write(&begun, "").map_err(|source| ServiceError::Io { path: begun, source })?;
    }
    say(&format!("Making up {customers} customers of a telecom (seed {seed})."));
    let wanted = demo::Company { customers, seed };
    let target = folder.clone();
    let written = tokio::task::spawn_blocking(move || demo::write(&wanted, &target)).await?;
    written.map_err(|source| ServiceError::Io { path: folder.clone(), source })?;

    company::name_company(&services, &actor, "Nordlicht Telecom", "Europe/Berlin").await?;
    // In the order of the customer's life with the company.
    if inventory::lists(&services, &actor).await?.stages.is_empty() {
        for stage in demo::STAGES {
            inventory::add_name(&services, &actor, NamedKind::Stage, stage, "").await?;
        }
    }
    inventory::import_csv(&services, &actor, demo::INVENTORY).await?;
    measure(&services, &actor).await?;
    for log in demo::LOGS.iter().filter(|log| log.imported) {
        let path = folder.join(format!("{}.csv", log.source));
        let mapping = Mapping::parse(log.mapping)?;
        let new = NewImport { zone: Some(Tz::UTC), ..NewImport::of(log.source, &path, mapping) };
        let done = import(&services, new).await?;
        say(&format!("{}: {} events", log.source, done.counts.accepted + done.counts.duplicate));
    }
    explain(&services, &actor).await?;
    let known = people::users(&services, &actor).await?.users;
    for (name, email, role, department) in ACCOUNTS {
        if known.iter().any(|user| user.email == email) {
            continue;
        }
        let department_id = match department {
            "" => String::new(),
            name => company::department_id(&services, name).await?,
        };
        let new = NewUser { name, email, role: role.key(), department_id: &department_id, demo: true };
        people::add_user(&services, &actor, new).await?;
    }
    let complete = folder.join("complete");
    std::fs::write(&complete, "").map_err(|source| ServiceError::Io { path: complete, source })?;
    say("The demo company is ready. What was planted in it stands in demo/truth.json of the data folder.");
    Ok(())
}

/// Says what reasons stand for and when cases are open, unless that is said.
async fn explain(services: &Services, actor: &Actor) -> Result<(), ServiceError> {
    let known = drivers::reasons(services, actor).await?;
    for (reason, touchpoint, failure) in demo::REASONS {
        if known.rows.iter().any(|row| row.reason == reason && row.version == 0) {
            let form = ReasonInput {
                reason: reason.into(),
                touchpoint: touchpoint.into(),
                failure: if failure { "yes".into() } else { String::new() },
                version: 0,
            };
            drivers::save_reason(services, actor, form).await?;
        }
    }
    for row in sources::log_rules(services, actor).await?.rows {
        let wanted = demo::CASES.iter().find(|(log, ..)| *log == row.name);
        let Some((_, opens, closes)) = wanted.filter(|_| row.opens.is_empty() && row.closes.is_empty()) else {
            continue;
        };
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let (opens, closes) = (list(opens), list(closes));
        let form = LogRuleInput { id: row.id, version: row.version, opens, closes, ..LogRuleInput::default() };
        sources::save_log_rule(services, actor, form).await?;
    }
    Ok(())
}

/// Adds the KPIs with their links and readings, unless they are there.
async fn measure(services: &Services, actor: &Actor) -> Result<(), ServiceError> {
    if !inventory::kpis(services, actor).await?.kpis.is_empty() {
        return Ok(());
    }
    for kpi in &demo::KPIS {
        let input = KpiInput {
            name: kpi.name.into(),
            definition: kpi.definition.into(),
            unit: kpi.unit.into(),
            direction: kpi.direction.into(),
            kind: kpi.kind.into(),
            target: kpi.target.into(),
            department_id: company::department_id(services, kpi.department).await?,
            measure: kpi.measure.into(),
            touchpoint: kpi.touchpoint.into(),
            experience: kpi.experience.into(),
            ..KpiInput::default()
        };
        let id = inventory::save_kpi(services, actor, input).await?;
        for (touchpoint, control, reason) in kpi.links {
            let link = LinkInput {
                kpi: id.clone(),
                touchpoint: (*touchpoint).into(),
                control: (*control).into(),
                reason: (*reason).into(),
                ..LinkInput::default()
            };
            inventory::save_link(services, actor, link).await?;
        }
        if !kpi.readings.is_empty() {
            inventory::read(services, actor, &id, kpi.readings).await?;
        }
    }
    Ok(())
}
