//! What one was told, what one wants to be told, reports that come by themselves, and keys for machines that read.

use contract::alerts::{
    ALERTS, AlertRow, AlertsView, CADENCES, MAILS, NoticeRow, ReadKeyRow, SCHEDULED, ScheduleRow,
};
use contract::format::{counted, instant};
use contract::reports::REPORTS;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::api::alerts::{
    AddAlert, AddReadKey, AddSchedule, DeleteAlert, DeleteSchedule, ReadNotices, RevokeReadKey, SendSchedule,
    alerts,
};
use crate::components::confirm::Confirm;
use crate::components::help::Help;
use crate::components::live::live;
use crate::components::loaded::loaded;
use crate::components::notice::Empty;
use crate::components::post::{Post, Refusal, Submission, Toast};

/// What the page can do.
#[derive(Clone, Copy)]
struct Ways {
    add: Submission,
    delete: Submission,
    read: Submission,
    schedule: Submission,
    send: Submission,
    end: Submission,
    key: Submission,
    revoke: Submission,
}

/// The page of alerts.
#[component]
pub fn AlertsPage() -> impl IntoView {
    let live = live();
    let ways = Ways {
        add: Submission::to::<AddAlert>(),
        delete: Submission::to::<DeleteAlert>(),
        read: Submission::to::<ReadNotices>(),
        schedule: Submission::to::<AddSchedule>(),
        send: Submission::to::<SendSchedule>(),
        end: Submission::to::<DeleteSchedule>(),
        key: Submission::to::<AddReadKey>(),
        revoke: Submission::to::<RevokeReadKey>(),
    };
    let Ways { add, delete, read, schedule, send, end, key, revoke } = ways;
    let version = move || {
        let done = [add, delete, read, schedule, send, end, key, revoke].map(Submission::done);
        (live.news(), done.into_iter().sum::<u32>())
    };
    view! {
        <Title text="Alerts"/>
        <header class="page-head"><h1>"Alerts"</h1></header>
        <Toast of=add text="You will be told."/>
        <Toast of=delete text="The alert is removed."/>
        <Toast of=schedule text="The report will come."/>
        <Toast of=send text="The report is on its way."/>
        <Toast of=end text="The report comes no more."/>
        <Toast of=revoke text="The key is revoked."/>
        {loaded(version, |_| alerts(), move |view: AlertsView| view! { <Inside view ways/> }.into_any())}
    }
}

#[component]
fn Inside(view: AlertsView, ways: Ways) -> impl IntoView {
    let AlertsView {
        notices,
        rules,
        schedules,
        figures,
        series,
        departments,
        people,
        whole,
        mail,
        waiting,
        given_up,
        may_schedule,
        keys,
    } = view;
    view! {
        {waiting.map(|(letters, why, at)| view! {
            <p class="notice notice-problem" role="alert">{format!("{} to you can\u{2019}t be sent yet: {why} They are kept, and tried again at {} UTC.", counted(letters, "letter", "letters"), instant(at))}</p>
        })}
        {given_up.map(|(letters, why)| view! {
            <p class="notice notice-problem">{format!("{} to you could not be sent and will not be tried again: {why} What they said stands in the inbox.", counted(letters, "letter", "letters"))}</p>
        })}
        <Told notices read=ways.read/>
        <Rules rules figures series mail departments=departments.clone() ways/>
        {may_schedule.then(|| view! { <Schedules schedules departments people whole mail ways/> })}
        {may_schedule.then(|| view! { <Keys keys ways/> })}
    }
}

fn icon(kind: &str) -> &'static str {
    match kind {
        "limit" => "Limit",
        "change" => "Change",
        "quiet" => "Silence",
        "overdue" => "Action",
        _ => "Report",
    }
}

#[component]
fn Told(notices: Vec<NoticeRow>, read: Submission) -> impl IntoView {
    let unread = notices.iter().filter(|one| !one.read).count() as u64;
    let none = notices.is_empty();
    view! {
        <section class="section" aria-labelledby="told-title">
            <h2 id="told-title">"Inbox"</h2>
            <Refusal of=read/>
            {if none {
                view! { <Empty title="Nothing yet"><p>"Choose below what you want to be told. Each thing is told once."</p></Empty> }.into_any()
            } else {
                view! {
                    <p class="caption">{if unread == 0 { "All is read.".to_owned() } else { counted(unread, "new notice", "new notices") }}</p>
                    {(unread > 0).then(|| view! { <Post to=read><button class="button" type="submit">"Mark all as read"</button></Post> })}
                    <ul class="inbox">
                        {notices.into_iter().map(|NoticeRow { id, kind, title, words, path, at, read: is_read }| {
                            let file = path.starts_with("/export/");
                            view! {
                                <li class:inbox-new=!is_read>
                                    <p class="inbox-head"><span class="badge">{icon(&kind)}</span> {if file { view! { <a href=path rel="external" download>{title}</a> }.into_any() } else { view! { <a href=path>{title}</a> }.into_any() }} <time class="soft">{instant(at)} " UTC"</time></p>
                                    <p class="prose">{words}</p>
                                    {(!is_read).then(|| view! { <Post to=read><input type="hidden" name="id" value=id/><button class="button button-quiet" type="submit">"Mark as read"</button></Post> })}
                                </li>
                            }
                        }).collect_view()}
                    </ul>
                }.into_any()
            }}
        </section>
    }
}

fn label_of(list: &[(&'static str, &'static str)], key: &str) -> &'static str {
    list.iter().find(|(known, _)| *known == key).map_or("", |(_, label)| *label)
}

#[component]
fn Mail(mail: bool) -> impl IntoView {
    if mail {
        view! { <label class="field"><span>"By mail"</span><select name="form[mail]">{MAILS.into_iter().map(|(key, label)| view! { <option value=key>{label}</option> }).collect_view()}</select></label> }.into_any()
    } else {
        ().into_any()
    }
}

/// Who is told: oneself, or everyone of a department that one answers for, as far as each may see it.
#[component]
fn Whom(departments: StoredValue<Vec<String>>) -> impl IntoView {
    let departments = departments.get_value();
    (!departments.is_empty()).then(|| view! {
        <label class="field"><span>"Whom"</span><select name="form[department]"><option value="">"Me"</option>{departments.into_iter().map(|name| view! { <option value=name.clone()>{format!("Everyone of {name}")}</option> }).collect_view()}</select></label>
    })
}

#[component]
fn Rules(
    rules: Vec<AlertRow>,
    figures: Vec<String>,
    series: Vec<String>,
    mail: bool,
    departments: Vec<String>,
    ways: Ways,
) -> impl IntoView {
    let none = rules.is_empty();
    let departments = StoredValue::new(departments);
    view! {
        <section class="section" aria-labelledby="rules-title">
            <h2 id="rules-title">"What you want to be told " <Help id="help-alerts" term="Alerts">"Rules are looked at whenever there are new events, and every quarter of an hour. A limit is told when it is passed, and again only after the figure was back within it. A change of level is told once, though its week may still move."</Help></h2>
            <Refusal of=ways.add/>
            <Refusal of=ways.delete/>
            {if none { view! { <p class="caption">"You are told nothing yet."</p> }.into_any() } else {
                view! { <ul class="action-list">{rules.into_iter().map(|AlertRow { id, words, department, may_remove, mail, beyond, lost }| view! {
                    <li class="rule-row"><p><strong>{words}</strong> " " {beyond.then(|| view! { <span class="badge badge-bad">"passed now"</span> })} {lost.then(|| view! { <span class="badge">"not found any more: remove it and choose anew"</span> })} " " <span class="soft">{label_of(&MAILS, &mail)} {department.map(|name| format!(", for everyone of {name}"))}</span></p>
                        {may_remove.then(|| view! { <Post to=ways.delete><input type="hidden" name="id" value=id/><button class="button button-quiet" type="submit">"Remove"</button></Post> })}</li>
                }).collect_view()}</ul> }.into_any()
            }}
            {(!figures.is_empty()).then(|| view! {
                <Post to=ways.add class="ask-row">
                    <input type="hidden" name="form[kind]" value="limit"/>
                    <label class="field field-wide"><span>"Figure"</span><select name="form[series]" required><option value="">"Choose"</option>{figures.into_iter().map(|name| view! { <option value=name.clone()>{name.clone()}</option> }).collect_view()}</select></label>
                    <label class="field"><span>"Is"</span><select name="form[side]"><option value="above">"above"</option><option value="below">"below"</option></select></label>
                    <label class="field"><span>"Limit"</span><input name="form[level]" inputmode="decimal" required maxlength="20"/></label>
                    <Whom departments/>
                    <Mail mail/>
                    <button class="button" type="submit">"Tell at this limit"</button>
                </Post>
            })}
            {(!series.is_empty()).then(|| view! {
                <Post to=ways.add class="ask-row">
                    <input type="hidden" name="form[kind]" value="change"/>
                    <label class="field field-wide"><span>"Series"</span><select name="form[series]"><option value="">"All that I see"</option>{series.into_iter().map(|name| view! { <option value=name.clone()>{name.clone()}</option> }).collect_view()}</select></label>
                    <Whom departments/>
                    <Mail mail/>
                    <button class="button" type="submit">"Tell when its level changes"</button>
                </Post>
            })}
            <div class="ask-rows">
                {["overdue", "quiet"].map(|kind| view! {
                    <Post to=ways.add class="ask-row">
                        <input type="hidden" name="form[kind]" value=kind/>
                        <p class="field field-wide"><span>{label_of(&ALERTS, kind)}</span></p>
                        <Whom departments/>
                        <Mail mail/>
                        <button class="button" type="submit">{if kind == "quiet" { "Tell when a log goes quiet" } else { "Tell about actions" }}</button>
                    </Post>
                }).collect_view()}
            </div>
            {(!mail).then(|| view! { <p class="caption">"No mail server is set up, so you are told here alone. Whoever runs the server can name one with --smtp-url."</p> })}
        </section>
    }
}

#[component]
fn Schedules(
    schedules: Vec<ScheduleRow>,
    departments: Vec<String>,
    people: Vec<(String, String)>,
    whole: bool,
    mail: bool,
    ways: Ways,
) -> impl IntoView {
    let none = schedules.is_empty();
    let several = people.len() > 1;
    view! {
        <section class="section" aria-labelledby="schedules-title">
            <h2 id="schedules-title">"Reports that come by themselves"</h2>
            <p class="caption">{if mail { "By mail as a document, and in the inbox." } else { "In the inbox, as a document." }} " Everyone gets what they may open themselves."</p>
            <Refusal of=ways.schedule/>
            <Refusal of=ways.send/>
            <Refusal of=ways.end/>
            {if none { view! { <p class="caption">"None yet."</p> }.into_any() } else {
                view! {
                    <div class="table-box" tabindex="0" role="region" aria-label="Scheduled reports">
                        <table class="table">
                            <thead><tr><th>"Report"</th><th>"To"</th><th>"How often"</th><th>"Next"</th><th>"Last"</th><th><span class="visually-hidden">"Actions"</span></th></tr></thead>
                            <tbody>{schedules.into_iter().map(|ScheduleRow { id, report, path, cadence, to, next, last }| { let send = id.clone(); view! {
                                <tr>
                                    <th scope="row"><a href=path>{report.clone()}</a></th><td>{to.clone()}</td><td>{label_of(&CADENCES, &cadence)}</td><td>{next}</td><td>{last}</td>
                                    <td class="row-actions"><Post to=ways.send><input type="hidden" name="id" value=send/><button class="button button-quiet" type="submit">"Send now"</button></Post> <Confirm word="End" effect=format!("{report} comes no more to {to}.")><Post to=ways.end><input type="hidden" name="id" value=id/><button class="button" type="submit">"End it"</button></Post></Confirm></td>
                                </tr>
                            } }).collect_view()}</tbody>
                        </table>
                    </div>
                }.into_any()
            }}
            <Post to=ways.schedule class="ask-row">
                <label class="field"><span>"Report"</span><select name="form[report]">{SCHEDULED.into_iter().map(|(key, label)| view! { <option value=key>{label}</option> }).collect_view()}</select></label>
                <label class="field"><span>"Of"</span><select name="form[department]">{whole.then(|| view! { <option value="">"The company"</option> })}{departments.into_iter().map(|name| view! { <option value=name.clone()>{name.clone()}</option> }).collect_view()}</select></label>
                <label class="field"><span>"How often"</span><select name="form[cadence]">{CADENCES.into_iter().skip(1).chain(CADENCES.into_iter().take(1)).map(|(key, label)| view! { <option value=key>{label}</option> }).collect_view()}</select></label>
                {several.then(|| view! {
                    <fieldset class="field field-people"><legend>"To"</legend>
                        {people.into_iter().map(|(id, name)| view! { <label class="check"><input type="checkbox" name="form[people][]" value=id/><span>{name}</span></label> }).collect_view()}
                        <p class="help">"Without a choice it comes to you."</p>
                    </fieldset>
                })}
                <button class="button" type="submit">"Arrange it"</button>
            </Post>
        </section>
    }
}

#[component]
fn Keys(keys: Vec<ReadKeyRow>, ways: Ways) -> impl IntoView {
    let none = keys.is_empty();
    view! {
        <section class="section" aria-labelledby="keys-title">
            <h2 id="keys-title">"Keys for machines that read"</h2>
            <p class="caption">"With a key, a program reads reports as you may read them: a spreadsheet, a dashboard. " <a href="/api/v1/openapi.json" rel="external">"What it can ask (OpenAPI)"</a></p>
            <Refusal of=ways.key/>
            <Refusal of=ways.revoke/>
            <div role="status">
                {move || ways.key.answer().map(|token| view! {
                    <div class="notice">
                        <p class="notice-what">"The key, shown this once:"</p>
                        <p><code class="token">{token.clone()}</code></p>
                        <pre class="example">{format!("curl -H 'Authorization: Bearer {token}' ADDRESS/api/v1/reports/summary")}</pre>
                    </div>
                })}
            </div>
            {(!none).then(|| view! {
                <div class="table-box" tabindex="0" role="region" aria-label="Keys">
                    <table class="table">
                        <thead><tr><th>"Key"</th><th>"Reads"</th><th class="number">"Made (UTC)"</th><th class="number">"Last used (UTC)"</th><th><span class="visually-hidden">"Actions"</span></th></tr></thead>
                        <tbody>{keys.into_iter().map(|ReadKeyRow { id, name, scope, at, used_at }| view! {
                            <tr>
                                <th scope="row">{name.clone()}</th><td>{if scope.is_empty() { "all reports".to_owned() } else { scope.split_whitespace().collect::<Vec<_>>().join(", ") }}</td>
                                <td class="number">{instant(at)}</td><td class="number">{used_at.map(instant)}</td>
                                <td class="row-actions"><Confirm word="Revoke" effect=format!("Nothing is read by {name} any more.")><Post to=ways.revoke><input type="hidden" name="id" value=id/><button class="button" type="submit">"Revoke the key"</button></Post></Confirm></td>
                            </tr>
                        }).collect_view()}</tbody>
                    </table>
                </div>
            })}
            <Post to=ways.key class="ask-row">
                <label class="field"><span>"Name of the key"</span><input name="name" required maxlength="100" placeholder="like dashboard"/></label>
                <details class="fold"><summary>"Only some reports"</summary>
                    {REPORTS.into_iter().map(|(name, holds)| view! { <label class="check" title=holds><input type="checkbox" name="scope[]" value=name/><span>{name}</span></label> }).collect_view()}
                </details>
                <button class="button" type="submit">"Make a key"</button>
            </Post>
        </section>
    }
}
