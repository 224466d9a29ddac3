//! Reviews across departments: an agenda of frozen figures, the actions that come out of it, who committed to what, and
//! what became of the contacts that an action targets.

use std::collections::BTreeSet;

use analytics::effect::{LEAST_WEEKS, effect};
use chrono::NaiveDate;
use contract::drivers::{DriverRow, DriversQuery, DriversView};
use contract::people::Role;
use contract::reviews::{
    ActionChoices, ActionInput, ActionRow, ActionState, Agenda, AgendaDriver, CommitmentRow, EffectView,
    ReviewRow, ReviewView, ReviewsView,
};
use contract::summary::Standing;
use contract::{Kind, UserError};
use db::inventory::Inventory;
use db::reviews::{Action, Commitment, Review};
use events::time::local_day;

use crate::actor::{need, need_change};
use crate::inventory::experience_name;
use crate::journeys::question::zone_of;
use crate::{Actor, ServiceError, Services, cache, drivers};

/// Drivers on an agenda.
const DRIVERS: usize = 5;
/// Longest title or name, and longest notes.
const LONGEST_LINE: usize = 200;
const LONGEST_TEXT: usize = 20_000;

/// All that reviews are made of.
struct Held {
    inventory: std::sync::Arc<Inventory>,
    reviews: Vec<Review>,
    actions: Vec<Action>,
    commitments: Vec<Commitment>,
    today: String,
    zone: chrono_tz::Tz,
}

impl Held {
    async fn load(services: &Services) -> Result<Self, ServiceError> {
        let (workspace, inventory) = cache::inventory(services).await?;
        let zone = zone_of(&workspace.time_zone);
        Ok(Self {
            inventory,
            reviews: db::reviews::reviews(&services.db).await?,
            actions: db::reviews::actions(&services.db).await?,
            commitments: db::reviews::commitments(&services.db).await?,
            today: local_day(services.now().saturating_mul(1_000_000), zone),
            zone,
        })
    }

    fn department(&self, id: Option<&str>) -> Option<&db::inventory::Name> {
        self.inventory.departments.iter().find(|one| Some(one.id.as_str()) == id)
    }

    /// What an action targets, as it is called now; the name that it had where it is gone.
    fn target_of(&self, action: &Action) -> String {
        let of =
            |id: &Option<String>| self.inventory.touchpoints.iter().find(|one| Some(&one.id) == id.as_ref());
        let Some(touchpoint) = of(&action.touchpoint_id) else { return action.target.clone() };
        let experience =
            self.inventory.experiences.iter().find(|one| Some(&one.id) == action.experience_id.as_ref());
        if has_lost_experience(action) {
            return action.target.clone();
        }
        experience.map_or_else(|| touchpoint.name.clone(), |one| experience_name(touchpoint, one))
    }

    /// What an action can be given by this person.
    fn choices(&self, actor: &Actor) -> ActionChoices {
        let own = self.inventory.departments.iter().filter(|one| actor.owns(Some(&one.id)));
        let mut targets = Vec::new();
        for touchpoint in &self.inventory.touchpoints {
            targets.push(touchpoint.name.clone());
            let own = self.inventory.experiences.iter().filter(|one| one.touchpoint_id == touchpoint.id);
            targets.extend(own.map(|one| experience_name(touchpoint, one)));
        }
        ActionChoices {
            departments: own.map(|one| one.name.clone()).collect(),
            targets,
            today: self.today.clone(),
        }
    }

    fn rows(
        &self,
        actor: &Actor,
        of: impl Fn(&Action) -> bool,
        report: Option<&DriversView>,
    ) -> Vec<ActionRow> {
        self.actions.iter().filter(|action| of(action)).map(|action| self.row(actor, action, report)).collect()
    }

    fn row(&self, actor: &Actor, action: &Action, report: Option<&DriversView>) -> ActionRow {
        let department = self.department(action.department_id.as_deref());
        let state = ActionState::from_key(&action.state).unwrap_or_default();
        let target = self.target_of(action);
        let review = action.review_id.as_deref().and_then(|id| self.reviews.iter().find(|one| one.id == id));
        ActionRow {
            id: action.id.clone(),
            version: action.version,
            title: action.title.clone(),
            department: department.map(|one| one.name.clone()),
            colour: department.map(|one| one.position as u32),
            person: action.person.clone(),
            due: action.due.clone(),
            overdue: state.is_open() && action.due.as_ref().is_some_and(|due| *due < self.today),
            state,
            effect: report
                .filter(|_| !has_lost_experience(action))
                .and_then(|report| effect_of(action, &target, report)),
            target,
            touchpoint_id: action.touchpoint_id.clone(),
            started: action.started.clone(),
            review: review.map(|one| (one.id.clone(), one.title.clone())),
            may_change: actor.owns(action.department_id.as_deref()),
        }
    }
}

/// Whether an action was about an experience that is gone. It is about nothing then, not about the whole touchpoint.
fn has_lost_experience(action: &Action) -> bool {
    action.of_experience && action.experience_id.is_none()
}

/// What became of the contacts that an action targets, from the first whole week after its start.
fn effect_of(action: &Action, target: &str, report: &DriversView) -> Option<EffectView> {
    let started = action.started.as_ref()?;
    let all =
        report.drivers.iter().chain(report.drivers.iter().flat_map(|row| &row.symptoms)).chain(&report.others);
    // A touchpoint is all of its experiences together.
    let whole = action.experience_id.is_none();
    let targeted = |row: &&DriverRow| {
        Some(&row.touchpoint_id) == action.touchpoint_id.as_ref() && (whole || row.name == target)
    };
    let mut worth = vec![0.0; report.weeks.len()];
    for row in all.filter(targeted) {
        for (sum, more) in worth.iter_mut().zip(&row.weeks) {
            *sum += more;
        }
    }
    if worth.iter().sum::<f64>() <= 0.0 {
        return Some(EffectView::NoContacts);
    }
    // The week of the start is neither before nor after, unless it begins with it.
    let begun = report.weeks.iter().position(|week| week.day >= *started).unwrap_or(report.weeks.len());
    let clean = report.weeks.get(begun).is_some_and(|week| week.day == *started);
    let kept = |at: &usize| !report.weeks[*at].partial && (clean || at + 1 != begun);
    let points: Vec<usize> = (0..report.weeks.len()).filter(kept).collect();
    let start = points.iter().filter(|&&at| at < begun).count();
    let own: Vec<(u32, f64)> = points.iter().map(|&at| (at as u32, worth[at])).collect();
    let rest: Vec<(u32, f64)> =
        points.iter().map(|&at| (at as u32, report.weeks[at].contacts as f64 - worth[at])).collect();
    match (effect(&own, start), effect(&rest, start)) {
        (Some(of), Some(others)) => Some(EffectView::Measured {
            before: of.before,
            change: (of.mean.value, of.mean.low, of.mean.high),
            others: (others.mean.value, others.mean.low, others.mean.high),
            level: (of.level.value, of.level.low, of.level.high),
            slope: (of.slope.value, of.slope.low, of.slope.high),
        }),
        _ => Some(EffectView::TooEarly {
            before: start.min(LEAST_WEEKS) as u32,
            after: (points.len() - start).min(LEAST_WEEKS) as u32,
        }),
    }
}

/// The report that agendas and effects are made from: the company's, of all data.
async fn report(services: &Services) -> Result<DriversView, ServiceError> {
    drivers::report(services, &Actor::console(), DriversQuery::default()).await
}

/// All reviews and actions that a person may see.
pub async fn reviews(services: &Services, actor: &Actor) -> Result<ReviewsView, ServiceError> {
    need(actor.may().see_drivers, "page")?;
    let held = Held::load(services).await?;
    let started = held.actions.iter().any(|action| action.started.is_some());
    let report = if started { Some(report(services).await?) } else { None };
    let rows = held.reviews.iter().map(|review| {
        let own = || held.actions.iter().filter(|action| action.review_id.as_deref() == Some(&review.id));
        let open = |action: &&Action| ActionState::from_key(&action.state).unwrap_or_default().is_open();
        ReviewRow {
            id: review.id.clone(),
            title: review.title.clone(),
            day: review.day.clone(),
            participants: review.participants.clone(),
            open_actions: own().filter(open).count() as u64,
            actions: own().count() as u64,
            commitments: held.commitments.iter().filter(|one| one.review_id == review.id).count() as u64,
        }
    });
    Ok(ReviewsView {
        reviews: rows.collect(),
        actions: held.rows(actor, |_| true, report.as_ref()),
        choices: held.choices(actor),
        may_review: actor.may().edit_inventory,
    })
}

/// What each department committed to, and how far it is: for all who read reports.
pub(crate) async fn standing(services: &Services) -> Result<Vec<Standing>, ServiceError> {
    let held = Held::load(services).await?;
    let rows = held.inventory.departments.iter().map(|department| {
        let own =
            || held.actions.iter().filter(|action| action.department_id.as_deref() == Some(&department.id));
        let state = |action: &&Action| ActionState::from_key(&action.state).unwrap_or_default();
        let late = |action: &&Action| action.due.as_ref().is_some_and(|due| *due < held.today);
        let attended = held.reviews.iter().filter(|one| attended(one).contains(&department.id));
        let on_time = |action: &&Action| action.done_on.is_some() && action.done_on <= action.due;
        let with_day = || own().filter(|one| state(one) == ActionState::Done && one.due.is_some());
        let words = held.commitments.iter().filter(|one| one.department_id == department.id);
        let committed: BTreeSet<&str> = words.clone().map(|one| one.review_id.as_str()).collect();
        Standing {
            department: department.name.clone(),
            colour: Some(department.position.unsigned_abs()),
            attended: attended.count() as u64,
            committed: committed.len() as u64,
            reviews: held.reviews.len() as u64,
            open: own().filter(|one| state(one).is_open()).count() as u64,
            overdue: own().filter(|one| state(one).is_open() && late(one)).count() as u64,
            done: own().filter(|one| state(one) == ActionState::Done).count() as u64,
            // What was done before days were kept counts as neither.
            on_time: (
                with_day().filter(on_time).count() as u64,
                with_day().filter(|one| one.done_on.is_some()).count() as u64,
            ),
            words: words.max_by_key(|one| one.created_at).map(|one| one.words.clone()),
        }
    });
    Ok(rows.collect())
}

/// How many actions that the person answers for are overdue, or due within a week.
pub(crate) async fn due(services: &Services, actor: &Actor) -> Result<u64, ServiceError> {
    if !actor.may().edit_own_inventory {
        return Ok(0);
    }
    let held = Held::load(services).await?;
    let soon = local_day((services.now() + 7 * 86_400).saturating_mul(1_000_000), held.zone);
    let open =
        held.actions.iter().filter(|action| ActionState::from_key(&action.state).unwrap_or_default().is_open());
    let own = open.filter(|action| actor.owns(action.department_id.as_deref()));
    Ok(own.filter(|action| action.due.as_ref().is_some_and(|due| *due <= soon)).count() as u64)
}

/// A department's actions that are not done yet.
pub(crate) async fn open_of(
    services: &Services,
    actor: &Actor,
    department: &str,
) -> Result<Vec<ActionRow>, ServiceError> {
    let held = Held::load(services).await?;
    let rows = held.rows(actor, |_| true, None).into_iter();
    Ok(rows.filter(|row| row.state.is_open() && row.department.as_deref() == Some(department)).collect())
}

/// One review.
pub async fn review(services: &Services, actor: &Actor, id: &str) -> Result<ReviewView, ServiceError> {
    need(actor.may().see_drivers, "page")?;
    let held = Held::load(services).await?;
    let review = held.reviews.iter().find(|one| one.id == id).ok_or_else(|| UserError::not_found("review"))?;
    let own = |action: &Action| action.review_id.as_deref() == Some(id);
    let started = held.actions.iter().any(|action| own(action) && action.started.is_some());
    let report = if started { Some(report(services).await?) } else { None };
    let commitments = held.commitments.iter().filter(|one| one.review_id == id).filter_map(|one| {
        let department = held.department(Some(&one.department_id))?;
        Some(CommitmentRow {
            department: department.name.clone(),
            colour: Some(department.position as u32),
            words: one.words.clone(),
            author: one.author.clone(),
            day: local_day(one.created_at.saturating_mul(1_000_000), held.zone),
        })
    });
    Ok(ReviewView {
        id: review.id.clone(),
        version: review.version,
        title: review.title.clone(),
        day: review.day.clone(),
        participants: review.participants.clone(),
        notes: review.notes.clone(),
        author: review.author.clone(),
        agenda: serde_json::from_str(&review.agenda).unwrap_or_default(),
        actions: held.rows(actor, own, report.as_ref()),
        commitments: commitments.collect(),
        choices: held.choices(actor),
        attended: {
            let present = attended(review);
            let departments = held.inventory.departments.iter();
            departments.map(|one| (one.name.clone(), present.contains(&one.id))).collect()
        },
        may_commit: {
            let departments = held.inventory.departments.iter();
            departments.filter(|one| may_commit(actor, &one.id)).map(|one| one.name.clone()).collect()
        },
        may_change: actor.may().edit_inventory,
    })
}

/// Departments that took part in a review, by id.
fn attended(review: &Review) -> Vec<String> {
    serde_json::from_str(&review.attended).unwrap_or_default()
}

/// Whether somebody may commit for a department: its head, a CX manager, and executives, whom departments answer to.
fn may_commit(actor: &Actor, department: &str) -> bool {
    actor.owns(Some(department)) || actor.role == Some(Role::Executive)
}

fn line(text: &str, place: &str, needed: bool) -> Result<String, UserError> {
    let text = text.trim();
    if (needed && text.is_empty()) || text.chars().count() > LONGEST_LINE || text.chars().any(char::is_control)
    {
        let message = if text.is_empty() {
            format!("The {place} is missing.")
        } else {
            format!("The {place} is too long, or holds a line break.")
        };
        return Err(UserError::new(Kind::Unprocessable, "bad_text", message)
            .at(place)
            .remedy(format!("Write at most {LONGEST_LINE} letters in one line.")));
    }
    Ok(text.to_owned())
}

fn prose(text: &str, place: &str) -> Result<String, UserError> {
    let text = text.trim();
    let control = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
    if text.chars().count() > LONGEST_TEXT || text.chars().any(control) {
        return Err(UserError::new(
            Kind::Unprocessable,
            "bad_text",
            format!("The {place} can't be kept as they are."),
        )
        .at(place)
        .remedy(format!("Write at most {LONGEST_TEXT} letters of plain text.")));
    }
    Ok(text.to_owned())
}

fn day(text: &str, place: &str) -> Result<String, UserError> {
    NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").map(|day| day.to_string()).map_err(|_| {
        UserError::new(Kind::Unprocessable, "bad_date", format!("\u{201c}{}\u{201d} is no day.", text.trim()))
            .at(place)
            .remedy("Write a day as year-month-day, like 2026-03-01.")
    })
}

fn may_review(actor: &Actor) -> Result<(), UserError> {
    need(actor.may().see_drivers, "page")?;
    need_change(actor.may().edit_inventory, "review")
}

/// Makes a review. Its agenda is what the figures are now: it can be read later as it was.
pub async fn start(
    services: &Services,
    actor: &Actor,
    title: &str,
    on: &str,
    participants: &str,
) -> Result<String, ServiceError> {
    may_review(actor)?;
    let (title, on, participants) =
        (line(title, "title", true)?, day(on, "day")?, line(participants, "participants", false)?);
    let held = Held::load(services).await?;
    let agenda = agenda(&held, &report(services).await?);
    let new = Review {
        title,
        day: on,
        participants,
        agenda: serde_json::to_string(&agenda).unwrap_or_default(),
        author: actor.name.clone(),
        attended: "[]".to_owned(),
        ..Review::default()
    };
    let now = services.now();
    let tx = services.db.write().await?;
    let id = db::reviews::add_review(&tx, &new, now).await?;
    let details = serde_json::json!({ "title": new.title, "day": new.day });
    db::audit(&tx, &actor.audited(now), "add", "review", &id, &details).await?;
    tx.commit().await?;
    Ok(id)
}

fn agenda(held: &Held, report: &DriversView) -> Agenda {
    let name =
        |at: Option<u32>| at.and_then(|at| report.departments.get(at as usize)).map(|one| one.name.clone());
    let drivers = report.drivers.iter().take(DRIVERS).filter_map(|row| {
        let excess = row.excess?;
        Some(AgendaDriver {
            name: row.name.clone(),
            department: name(row.department),
            excess: excess.contacts,
            low: excess.low,
            high: excess.high,
            cost: excess.cost,
        })
    });
    let open =
        held.actions.iter().filter(|one| ActionState::from_key(&one.state).unwrap_or_default().is_open());
    let actions = open.map(|one| {
        let department = held.department(one.department_id.as_deref()).map(|one| one.name.clone());
        (one.title.clone(), department, one.due.clone())
    });
    Agenda {
        from: report.period.from.clone(),
        to: report.period.to.clone(),
        contacts: report.totals.contacts,
        cost: report.totals.cost,
        elsewhere: report.totals.elsewhere,
        drivers: drivers.collect(),
        actions: actions.collect(),
    }
}

/// What a form says of a review.
pub struct ReviewInput<'a> {
    pub id: &'a str,
    pub version: i32,
    pub title: &'a str,
    pub day: &'a str,
    pub participants: &'a str,
    pub notes: &'a str,
    /// Names of the departments that took part.
    pub attended: &'a [String],
}

/// Changes what was written of a review; never its agenda.
pub async fn save(services: &Services, actor: &Actor, input: ReviewInput<'_>) -> Result<(), ServiceError> {
    may_review(actor)?;
    let ReviewInput { id, version, title, day: on, participants, notes, attended } = input;
    let (_, inventory) = cache::inventory(services).await?;
    let present = attended.iter().map(|name| {
        let found = inventory.departments.iter().find(|one| one.name == *name);
        found.map(|one| one.id.clone()).ok_or_else(|| UserError::not_found("department"))
    });
    let present = present.collect::<Result<Vec<String>, UserError>>()?;
    let changed = Review {
        id: id.to_owned(),
        version,
        title: line(title, "title", true)?,
        day: day(on, "day")?,
        participants: line(participants, "participants", false)?,
        notes: prose(notes, "notes")?,
        attended: serde_json::to_string(&present).unwrap_or_default(),
        ..Review::default()
    };
    let now = services.now();
    let tx = services.db.write().await?;
    db::reviews::change_review(&tx, &changed).await?;
    let details = serde_json::json!({ "title": changed.title, "day": changed.day, "participants": changed.participants, "notes": changed.notes, "attended": attended });
    db::audit(&tx, &actor.audited(now), "change", "review", id, &details).await?;
    tx.commit().await?;
    Ok(())
}

/// Adds an action, or changes one. A department head gives actions to the own department, and changes its own.
pub async fn save_action(
    services: &Services,
    actor: &Actor,
    input: ActionInput,
) -> Result<String, ServiceError> {
    need(actor.may().see_drivers, "page")?;
    let held = Held::load(services).await?;
    let known = match input.id.as_str() {
        "" => None,
        id => Some(held.actions.iter().find(|one| one.id == id).ok_or_else(|| UserError::not_found("action"))?),
    };
    if let Some(known) = known {
        // What is another department's to do is nothing that this person could act on.
        need(actor.owns(known.department_id.as_deref()), "action")?;
    }
    let department = held
        .inventory
        .departments
        .iter()
        .find(|one| one.name == input.department)
        .filter(|one| actor.owns(Some(&one.id)))
        .ok_or_else(|| {
            UserError::new(
                Kind::Unprocessable,
                "unknown_department",
                "The action needs a department that you may give it to.",
            )
            .at("department")
            .remedy("Choose the department that will do it.")
        })?;
    let state = ActionState::from_key(&input.state).ok_or_else(|| {
        UserError::new(Kind::Unprocessable, "bad_value", "The state is unknown.")
            .at("state")
            .remedy("Choose a state.")
    })?;
    let optional =
        |text: &str, place: &str| if text.trim().is_empty() { Ok(None) } else { day(text, place).map(Some) };
    let (touchpoint_id, experience_id) = match known {
        // A target that was removed meanwhile stays with its name.
        Some(known)
            if known.target == input.target.trim()
                && (known.touchpoint_id.is_none() || has_lost_experience(known)) =>
        {
            (known.touchpoint_id.clone(), None)
        }
        _ => target(&held.inventory, &input.target)?,
    };
    let review_id = Some(input.review.clone()).filter(|id| !id.is_empty());
    if let Some(id) = &review_id
        && !held.reviews.iter().any(|one| one.id == *id)
    {
        return Err(UserError::not_found("review").into());
    }
    let started = match optional(&input.started, "started")? {
        // What is under way has begun.
        None if state == ActionState::Started => Some(held.today.clone()),
        other => other,
    };
    // What is done is done by the day that it had: moving that would move whether it was in time.
    let was_done = known.filter(|known| state == ActionState::Done && known.state == ActionState::Done.key());
    let due = match was_done {
        Some(known) => known.due.clone(),
        None => optional(&input.due, "due")?,
    };
    let is_narrow = match known {
        Some(known) if known.target == input.target.trim() => known.of_experience || experience_id.is_some(),
        _ => experience_id.is_some(),
    };
    let action = Action {
        id: input.id.clone(),
        review_id,
        title: line(&input.title, "title", true)?,
        department_id: Some(department.id.clone()),
        person: line(&input.person, "person", false)?,
        due,
        state: state.key().to_owned(),
        touchpoint_id,
        experience_id,
        target: input.target.trim().to_owned(),
        started,
        author: actor.name.clone(),
        version: input.version,
        // The day on which it came to be done stays, unless it is taken up again.
        done_on: match was_done {
            Some(known) => known.done_on.clone(),
            None => (state == ActionState::Done).then(|| held.today.clone()),
        },
        of_experience: is_narrow,
    };
    let now = services.now();
    let details = serde_json::json!({
        "title": action.title, "department": department.name, "person": action.person, "due": action.due,
        "state": action.state, "target": action.target, "started": action.started,
    });
    let tx = services.db.write().await?;
    let (id, what) = match known {
        Some(known) => {
            db::reviews::change_action(&tx, &action).await?;
            (known.id.clone(), "change")
        }
        None => (db::reviews::add_action(&tx, &action, now).await?, "add"),
    };
    db::audit(&tx, &actor.audited(now), what, "action", &id, &details).await?;
    tx.commit().await?;
    Ok(id)
}

/// The touchpoint and experience of a name as reports write it.
fn target(inventory: &Inventory, name: &str) -> Result<(Option<String>, Option<String>), UserError> {
    let name = name.trim();
    if name.is_empty() {
        return Ok((None, None));
    }
    for touchpoint in &inventory.touchpoints {
        if touchpoint.name == name {
            return Ok((Some(touchpoint.id.clone()), None));
        }
        let own = inventory.experiences.iter().filter(|one| one.touchpoint_id == touchpoint.id);
        for experience in own {
            if name == experience_name(touchpoint, experience) {
                return Ok((Some(touchpoint.id.clone()), Some(experience.id.clone())));
            }
        }
    }
    Err(UserError::new(
        Kind::Unprocessable,
        "unknown_target",
        format!("There is no touchpoint \u{201c}{name}\u{201d}."),
    )
    .at("target")
    .remedy("Choose a touchpoint or an experience of the inventory, or leave it empty."))
}

/// Records what a department commits to in a review; its head does that, or a CX manager for it.
pub async fn commit(
    services: &Services,
    actor: &Actor,
    review_id: &str,
    department: &str,
    words: &str,
) -> Result<(), ServiceError> {
    need(actor.may().see_drivers, "page")?;
    let held = Held::load(services).await?;
    let review =
        held.reviews.iter().find(|one| one.id == review_id).ok_or_else(|| UserError::not_found("review"))?;
    let department = held.inventory.departments.iter().find(|one| one.name == department);
    let department = department.ok_or_else(|| UserError::not_found("department"))?;
    need_change(may_commit(actor, &department.id), "commitment")?;
    let words = prose(words, "commitment")?;
    if words.is_empty() {
        return Err(UserError::new(Kind::Unprocessable, "bad_text", "The commitment is empty.")
            .at("commitment")
            .remedy("Say what the department will do.")
            .into());
    }
    let now = services.now();
    let new = Commitment {
        review_id: review.id.clone(),
        department_id: department.id.clone(),
        words,
        author: actor.name.clone(),
        created_at: now,
    };
    let tx = services.db.write().await?;
    db::reviews::commit(&tx, &new).await?;
    let details = serde_json::json!({ "department": department.name, "words": new.words });
    db::audit(&tx, &actor.audited(now), "commit", "review", &review.id, &details).await?;
    tx.commit().await?;
    Ok(())
}
