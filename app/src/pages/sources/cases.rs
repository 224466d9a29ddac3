//! What each log says of cases and of its own reasons.

use std::fmt::Write as _;

use contract::sources::{LANGUAGES, LogRuleRow, LogRules};
use leptos::prelude::*;
use leptos_meta::Title;

use super::tabs::{Page, SourcesTabs};
use crate::api::sources::{SaveLogRule, log_rules};
use crate::components::loaded::loaded;
use crate::components::notice::Empty;
use crate::components::post::{Post, Refusal, Submission, Toast};
use contract::format::{count, counted};

/// The page of cases and reasons.
#[component]
pub fn CasesPage() -> impl IntoView {
    let save = Submission::to::<SaveLogRule>();
    view! {
        <Title text="Cases and reasons"/>
        <header class="page-head"><h1>"Cases and reasons"</h1></header>
        <SourcesTabs page=Page::Cases/>
        <Refusal of=save/>
        <Toast of=save text="Saved. Reports follow."/>
        {loaded(move || save.done(), |_| log_rules(), move |view: LogRules| view! { <Inside view save/> }.into_any())}
    }
}

#[component]
fn Inside(view: LogRules, save: Submission) -> impl IntoView {
    let LogRules { rows } = view;
    if rows.is_empty() {
        return view! { <Empty title="No log was imported yet"><p><a class="button" href="/sources">"Import a log"</a></p></Empty> }.into_any();
    }
    view! {
        <p class="lead">"A case is open from the event that opens it to the one that closes it, in whichever log that is; events without a case number belong to one that the customer has as a whole. Reports then say how many contacts come from customers who still wait for something."</p>
        {rows.into_iter().map(|row| view! { <Log row save/> }).collect_view()}
    }
    .into_any()
}

#[component]
fn Log(row: LogRuleRow, save: Submission) -> impl IntoView {
    let LogRuleRow { id, name, version, activities, opens, closes, trusted, language, with_reason } = row;
    let set = !opens.is_empty() || !closes.is_empty() || trusted;
    let mut says = match (opens.is_empty(), closes.is_empty()) {
        (true, true) => "Says nothing of cases".to_owned(),
        (false, true) => format!("A case is opened by {}", opens.join(", ")),
        (true, false) => format!("A case is closed by {}", closes.join(", ")),
        (false, false) => {
            format!("A case is opened by {} and closed by {}", opens.join(", "), closes.join(", "))
        }
    };
    says.push_str(if trusted { "; its reasons are trusted." } else { "." });
    let spoken = LANGUAGES.iter().find(|(known, _)| *known == language);
    if let Some((_, name)) = spoken {
        let _ = write!(says, " Its texts are in {name}.");
    }
    let heading = format!("log-{id}");
    let labelled = heading.clone();
    view! {
        <section class="section" aria-labelledby=labelled>
            <h2 id=heading>{name.clone()}</h2>
            <p class="caption">{says}</p>
            <details open=set>
                <summary>"Choose activities"</summary>
                <Post to=save class="form">
                    <input type="hidden" name="form[id]" value=id/>
                    <input type="hidden" name="form[version]" value=version.to_string()/>
                    <div class="table-box" tabindex="0" role="region" aria-label=format!("Activities of {name}")>
                        <table class="table table-narrow">
                            <thead><tr><th>"Activity"</th><th class="number">"Events"</th><th>"Opens a case"</th><th>"Closes it"</th></tr></thead>
                            <tbody>
                                {activities.into_iter().enumerate().map(|(at, (activity, events))| {
                                    let (opening, closing) = (opens.contains(&activity), closes.contains(&activity));
                                    view! {
                                        <tr>
                                            <th scope="row">{activity.clone()}</th>
                                            <td class="number">{count(events)}</td>
                                            <td><input type="checkbox" name=format!("form[opens][{at}]") value=activity.clone() checked=opening aria-label=format!("{activity} opens a case")/></td>
                                            <td><input type="checkbox" name=format!("form[closes][{at}]") value=activity.clone() checked=closing aria-label=format!("{activity} closes a case")/></td>
                                        </tr>
                                    }
                                }).collect_view()}
                            </tbody>
                        </table>
                    </div>
                    {(with_reason > 0).then(|| view! {
                        <label class="check"><input type="checkbox" name="form[trusted]" value="yes" checked=trusted/> {format!("Trust its reasons ({}): a reason that is linked to a touchpoint decides whose the contact is, before the evidence does", counted(with_reason, "event carries one", "events carry one"))}</label>
                    })}
                    <label class="field field-language">
                        <span>"Language of its texts"</span>
                        <select name="form[language]">
                            <option value="" selected=spoken.is_none()>"Told from the texts"</option>
                            {LANGUAGES.into_iter().map(|(code, name)| view! { <option value=code selected={code == language}>{name}</option> }).collect_view()}
                        </select>
                        <small>"Its common words are left out of keywords."</small>
                    </label>
                    <p class="actions"><button class="button button-main" type="submit">{format!("Save {name}")}</button></p>
                </Post>
            </details>
        </section>
    }
}
