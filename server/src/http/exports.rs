//! What pages show, as files: documents, workbooks, CSV, charts. The address is the page's, and so are the rights.

use app::api::session::actor_of;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use contract::chart::{Bar, Bars, Bin, Chart, Distribution, Line, Mark};
use contract::document::{Block, Document};
use contract::drivers::DriversQuery;
use contract::journeys::{BetweenView, ExploreQuery, Form, FunnelView};
use contract::summary::SummaryQuery;
use contract::table::Table;
use contract::trends::TrendRow;
use contract::{Kind, UserError};
use report::{csv, tables};
use services::{
    Actor, ServiceError, Services, documents, drivers, inventory, journeys, reviews, summary, trends,
};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::Site;
use super::files::{Failure, download};

/// Variants in a file.
const MOST_VARIANTS: usize = 100_000;

/// Files that are made side by side: more only take longer, and memory.
static MAKING: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(2)));
/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(30);

/// Makes a file away from the threads that answer, once it is its turn.
async fn made<T: Send + 'static>(make: impl FnOnce() -> T + Send + 'static) -> Result<T, ServiceError> {
    let turn = tokio::time::timeout(PATIENCE, MAKING.clone().acquire_owned()).await;
    let Ok(Ok(turn)) = turn else {
        return Err(UserError::new(Kind::Unavailable, "busy", "Other files are being made right now.")
            .remedy("Ask again in a moment.")
            .into());
    };
    let made = tokio::task::spawn_blocking(move || {
        let made = make();
        // Whoever asked may have left: the turn ends with the work.
        drop(turn);
        made
    });
    Ok(made.await?)
}

/// Which file is asked for, and of what.
struct Asked<'a> {
    services: &'a Services,
    actor: &'a Actor,
    of: &'a str,
    /// The page's filters.
    pairs: Vec<(String, String)>,
    /// The thing that the file is of, and its part.
    id: String,
    part: String,
}

/// `GET /export/{file}`.
pub async fn export(
    State(site): State<Site>,
    headers: HeaderMap,
    Path(file): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let actor = actor_of(&site.services, &headers, site.transport).await?;
    let (of, kind) = file.rsplit_once('.').ok_or_else(|| UserError::not_found("export"))?;
    let (mut own, pairs): (Vec<_>, Vec<_>) =
        pairs.into_iter().partition(|(name, _)| matches!(name.as_str(), "id" | "part"));
    let mut take = |wanted: &str| {
        let at = own.iter().position(|(name, _)| name == wanted);
        at.map(|at| own.swap_remove(at).1).unwrap_or_default()
    };
    let (id, part) = (take("id"), take("part"));
    let asked = Asked { services: &site.services, actor: &actor, of, pairs, id, part };
    match kind {
        "pdf" => {
            let document = asked.document().await?;
            let bytes = set(document).await?;
            Ok(download("application/pdf", &file, bytes))
        }
        "xlsx" => workbook(&file, asked.tables().await?).await,
        "csv" if of == "inventory" => {
            let text = inventory::export_csv(&site.services, &actor).await?;
            Ok(download("text/csv; charset=utf-8", &file, text))
        }
        "csv" => {
            let tables = asked.tables().await?;
            let first = tables.into_iter().next().ok_or_else(|| UserError::not_found("table"))?;
            let text = made(move || csv::write(&first)).await?;
            Ok(download("text/csv; charset=utf-8", &file, text))
        }
        "zip" => {
            let tables = asked.tables().await?;
            let packed = made(move || csv::archive(&tables)).await?.map_err(|error| {
                tracing::error!(error = %error, "tables could not be packed");
                UserError::new(Kind::Internal, "internal", "The tables could not be packed.")
                    .remedy("Export the workbook instead.")
            })?;
            Ok(download("application/zip", &file, packed))
        }
        "svg" | "png" => {
            let drawn = asked.drawing().await?;
            if drawn.is_empty() {
                return Err(UserError::not_found("chart").remedy("There is too little to draw.").into());
            }
            // A chart that was found by its shape is named by it.
            let file = match (of, asked.part.as_str()) {
                (_, "") | ("trends", _) => file.clone(),
                (_, shape) => format!("{of}-{shape}.{kind}"),
            };
            if kind == "svg" {
                return Ok(download("image/svg+xml", &file, drawn));
            }
            let picture = made(move || report::png::png(&drawn)).await?;
            let picture = picture.ok_or_else(|| UserError::not_found("chart"))?;
            Ok(download("image/png", &file, picture))
        }
        _ => Err(UserError::not_found("export")
            .remedy("Files are pdf, xlsx, csv, zip, svg and png, as far as a page has them.")
            .into()),
    }
}

/// The tables of a report, for whoever may have them.
pub async fn tables_of(
    services: &Services,
    actor: &Actor,
    of: &str,
    pairs: Vec<(String, String)>,
) -> Result<Vec<Table>, ServiceError> {
    Asked { services, actor, of, pairs, id: String::new(), part: String::new() }.tables().await
}

/// Sets a document, away from the threads that answer.
pub async fn set(document: Document) -> Result<Vec<u8>, UserError> {
    let set = made(move || report::pdf::pdf(&document)).await.map_err(ServiceError::into_user)?;
    set.map_err(|error| {
        tracing::error!(error = %error, "a document could not be set");
        UserError::new(Kind::Internal, "internal", "The document could not be made.")
            .remedy("Print the page instead, and tell who runs the server.")
    })
}

/// A workbook of these tables.
pub async fn workbook(name: &str, tables: Vec<Table>) -> Result<Response, Failure> {
    let written = made(move || report::xlsx::workbook(&tables)).await?;
    let bytes = written.map_err(|error| {
        tracing::error!(error = %error, "a workbook could not be written");
        UserError::new(Kind::Internal, "internal", "The workbook could not be written.")
            .remedy("Export CSV instead.")
    })?;
    Ok(download("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", name, bytes))
}

impl Asked<'_> {
    fn given(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    fn drivers(&self) -> Result<DriversQuery, UserError> {
        DriversQuery::from_pairs(self.given())
    }

    fn journeys(&self) -> Result<ExploreQuery, UserError> {
        ExploreQuery::from_pairs(self.given())
    }

    fn summary(&self) -> Result<SummaryQuery, UserError> {
        SummaryQuery::from_pairs(self.given())
    }

    fn unknown(&self) -> UserError {
        UserError::not_found("export").remedy(format!("There is no such file of \u{201c}{}\u{201d}.", self.of))
    }

    fn need_export(&self) -> Result<(), UserError> {
        if self.actor.may().export || self.actor.may().export_reports { Ok(()) } else { Err(self.unknown()) }
    }

    async fn document(&self) -> Result<Document, ServiceError> {
        let Self { services, actor, .. } = *self;
        match self.of {
            "summary" => documents::summary(services, actor, self.summary()?).await,
            "drivers" => documents::drivers(services, actor, self.drivers()?).await,
            "review" => documents::review(services, actor, &self.id).await,
            _ => Err(self.unknown().into()),
        }
    }

    async fn tables(&self) -> Result<Vec<Table>, ServiceError> {
        let Self { services, actor, .. } = *self;
        let mut made = match self.of {
            "journeys" => vec![self.journeys_table().await?],
            "customers" => {
                let list = journeys::customers(services, actor, self.journeys()?);
                vec![tables::customers(&journeys::exported(actor, list).await?)]
            }
            "inventory" => return inventory::export_xlsx(services, actor).await,
            "drivers" => return drivers::tables(services, actor, self.drivers()?).await,
            of => {
                self.need_export()?;
                match of {
                    "summary" => tables::summary(&summary::summary(services, actor, self.summary()?).await?),
                    "reasons" => tables::reasons(&drivers::reasons_to_take(services, actor).await?),
                    "trends" => tables::trends(&trends::own(services, actor).await?),
                    "reviews" => tables::reviews(&reviews::reviews(services, actor).await?),
                    "kpis" => tables::kpis(&inventory::kpis(services, actor).await?),
                    "matrix" => tables::matrix(&inventory::matrix(services, actor).await?),
                    "gaps" => tables::gaps(&inventory::gaps(services, actor).await?),
                    _ => return Err(self.unknown().into()),
                }
            }
        };
        if let Some(first) = made.first_mut() {
            let mut about: Vec<(String, String)> = vec![("Table of".into(), self.of.to_owned())];
            about.extend(self.pairs.iter().cloned());
            if self.pairs.is_empty() {
                about.push(("filter".into(), "none".into()));
            }
            about.push(("amounts".into(), "in the company's currency".into()));
            about.push(("written on".into(), documents::today(services).await?));
            first.about = about;
        }
        Ok(made)
    }

    async fn journeys_table(&self) -> Result<Table, ServiceError> {
        let Self { services, actor, .. } = *self;
        let query = self.journeys()?;
        let form = query.form;
        Ok(match form {
            Form::Transitions | Form::Map => tables::transitions(
                &journeys::exported(actor, journeys::transitions(services, actor, query)).await?,
            ),
            Form::Variants => {
                let view = journeys::variants(services, actor, query, MOST_VARIANTS);
                tables::variants(&journeys::exported(actor, view).await?)
            }
            Form::Funnel => {
                tables::funnel(&journeys::exported(actor, journeys::funnel(services, actor, query)).await?)
            }
            Form::Between => {
                tables::between(&journeys::exported(actor, journeys::between(services, actor, query)).await?)
            }
            Form::Compare => {
                tables::compare(&journeys::exported(actor, journeys::compare(services, actor, query)).await?)
            }
            Form::Flow | Form::Table => tables::sankey(&journeys::sankey(services, actor, query).await?),
        })
    }

    /// A chart as SVG.
    async fn drawing(&self) -> Result<String, ServiceError> {
        let Self { services, actor, .. } = *self;
        let chart = match self.of {
            "journeys" => return self.journeys_drawing().await,
            "kpi" => {
                let kpi = inventory::kpi_to_draw(services, actor, &self.id).await?;
                let points = kpi.readings.into_iter().map(|one| (one.day, one.value)).collect();
                let measure = if kpi.unit.is_empty() { String::new() } else { format!("in {}", kpi.unit) };
                let (title, unit, target) = (kpi.name, kpi.unit, kpi.target);
                Chart::Line(Line { title, measure, unit, points, target, marks: Vec::new() })
            }
            "trends" => {
                self.need_export()?;
                let view = trends::own(services, actor).await?;
                let row = view.rows.into_iter().find(|row| row.name == self.part && row.of.label() == self.id);
                trend(&view.weeks, row.ok_or_else(|| UserError::not_found("series"))?)
            }
            "summary" | "drivers" | "review" => {
                let document = self.document().await?;
                let mut charts = document.blocks.into_iter().filter_map(|block| match block {
                    Block::Chart { chart, .. } => Some(chart),
                    _ => None,
                });
                // The first, or that of the shape that is asked for.
                let wanted = |chart: &Chart| self.part.is_empty() || chart.shape() == self.part;
                charts.find(wanted).ok_or_else(|| UserError::not_found("chart"))?
            }
            _ => return Err(self.unknown().into()),
        };
        Ok(tokio::task::spawn_blocking(move || report::chart::svg(&chart)).await?)
    }

    async fn journeys_drawing(&self) -> Result<String, ServiceError> {
        let Self { services, actor, .. } = *self;
        let query = self.journeys()?;
        let chart = match query.form {
            Form::Funnel => funnel(journeys::exported(actor, journeys::funnel(services, actor, query)).await?),
            Form::Between => {
                between(journeys::exported(actor, journeys::between(services, actor, query)).await?)
            }
            Form::Variants => {
                let view = journeys::exported(actor, journeys::variants(services, actor, query, 20)).await?;
                let bars = view.variants.into_iter().map(|one| Bar {
                    label: one.nodes.join(" \u{203a} "),
                    value: one.count as f64,
                    ..Bar::default()
                });
                Chart::Bars(Bars {
                    title: "The most frequent variants".into(),
                    measure: "Journeys".into(),
                    unit: String::new(),
                    bars: bars.collect(),
                })
            }
            _ => {
                let view = journeys::picture(services, actor, query).await?;
                let drawn = view.sankey.as_ref().map_or(0, |sankey| sankey.journeys);
                let caption = format!("{drawn} journeys, {} to {}", view.period.from, view.period.to);
                return Ok(report::svg::sankey(&view, &caption));
            }
        };
        Ok(tokio::task::spawn_blocking(move || report::chart::svg(&chart)).await?)
    }
}

fn trend(weeks: &[String], row: TrendRow) -> Chart {
    let marks =
        row.changes.iter().map(|change| Mark { day: change.day.clone(), label: "level changed".into() });
    Chart::Line(Line {
        marks: marks.collect(),
        title: row.name,
        measure: format!("{}, by week", row.of.label()),
        points: weeks.iter().skip(row.first as usize).cloned().zip(row.values).collect(),
        ..Line::default()
    })
}

fn funnel(view: FunnelView) -> Chart {
    let bars = view.steps.into_iter().map(|step| Bar {
        label: step.node,
        value: step.journeys as f64,
        interval: None,
        colour: step.department,
    });
    Chart::Bars(Bars {
        title: "How far journeys come".into(),
        measure: "Journeys that reach each step".into(),
        unit: String::new(),
        bars: bars.collect(),
    })
}

fn between(view: BetweenView) -> Chart {
    let mut from = 0.0;
    let bins = view.bars.into_iter().map(|(until, journeys)| {
        let bin = Bin { from: from / 3600.0, until: until / 3600.0, count: journeys as f64 };
        from = until;
        bin
    });
    Chart::Distribution(Distribution {
        bins: bins.collect(),
        title: format!("From {} to {}", view.from, view.until),
        measure: "Journeys by the hours that pass".into(),
        unit: "h".into(),
    })
}
