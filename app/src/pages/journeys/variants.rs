//! Variants: the sequences of nodes that journeys are, the most frequent first.

use contract::journeys::{Department, ExploreQuery, VariantView, VariantsView};
use leptos::prelude::*;

use crate::components::owner::swatch;
use contract::format::{count, counted, duration, percent};

/// Nodes of a variant that are shown; the rest are counted.
const SHOWN: usize = 14;

/// One row a variant.
#[component]
pub fn Variants(variants: VariantsView, query: ExploreQuery, departments: Vec<Department>) -> impl IntoView {
    let VariantsView { different, variants, .. } = variants;
    let listed = variants.len() as u64;
    let covered = variants.last().map_or(0.0, |one| one.covered);
    view! {
        <p class="caption">
            {counted(different, "variant", "variants")} {(listed < different).then(|| format!("; the {} listed cover {} of the journeys", count(listed), percent(covered)))}
        </p>
        <div class="table-box" tabindex="0" role="region" aria-label="Variants">
            <table class="table variants">
                <thead><tr><th class="number">"Rank"</th><th class="number">"Journeys"</th><th class="number">"Share"</th><th class="number">"Covered"</th><th class="number">"Median time"</th><th>"Nodes in order"</th></tr></thead>
                <tbody>
                    {variants.into_iter().enumerate().map(|(at, one)| {
                        let search = ExploreQuery { select: Some(format!("variant/{}", at + 1)), page: 1, ..query.clone() }.to_search();
                        view! { <Row one rank=at + 1 search departments=departments.clone()/> }
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(one: VariantView, rank: usize, search: String, departments: Vec<Department>) -> impl IntoView {
    let VariantView { nodes, count: journeys, share, covered, median_seconds, departments: owners } = one;
    let rest = nodes.len().saturating_sub(SHOWN);
    let chips = nodes.into_iter().zip(owners).take(SHOWN).map(|(label, owner)| {
        let colour = owner.and_then(|at| departments.get(at as usize)).map(|one| one.colour);
        view! { <li class="chip"><span class=format!("swatch {}", swatch(colour)) aria-hidden="true"></span>{label}</li> }
    });
    view! {
        <tr>
            <td class="number">{rank}</td>
            <td class="number"><a href=format!("/journeys{search}")>{count(journeys)}</a></td>
            <td class="number">{percent(share)}</td>
            <td class="number">{percent(covered)}</td>
            <td class="number">{duration(median_seconds)}</td>
            <td><ol class="chips">{chips.collect_view()} {(rest > 0).then(|| view! { <li class="chip-rest">{format!("and {rest} more")}</li> })}</ol></td>
        </tr>
    }
}
