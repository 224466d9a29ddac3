//! Comments on touchpoints, and changes that are proposed by those who may not make them.

use contract::inventory::{Column, CommentRow, ProposalRow, RowEdit};
use contract::{Kind, UserError};
use db::inventory::{Inventory, Touchpoint};
use db::notes::{Comment, OPEN, Proposal};
use serde_json::json;

use super::edit::{edit_cell_in, propose_in};
use super::{cells, invalid};
use crate::actor::{need, need_change};
use crate::{Actor, ServiceError, Services, cache};

/// Longest comment, reason or answer.
const LONGEST: usize = 4000;

fn words(text: &str, place: &str) -> Result<String, UserError> {
    let text = text.trim();
    if text.chars().count() > LONGEST {
        return Err(invalid(place, "That is longer than 4,000 letters.").remedy("Shorten it."));
    }
    Ok(cells::plain_text(text))
}

fn find<'a>(inventory: &'a Inventory, id: &str) -> Result<&'a Touchpoint, UserError> {
    inventory.touchpoints.iter().find(|one| one.id == id).ok_or_else(|| UserError::not_found("touchpoint"))
}

/// Names of the people that a comment can mention.
pub async fn people(services: &Services) -> Result<Vec<String>, ServiceError> {
    let accounts = db::people::accounts(&services.db).await?;
    Ok(accounts.into_iter().filter(|one| !one.disabled).map(|one| one.name).collect())
}

fn comment_row(actor: &Actor, touchpoint: &str, one: Comment) -> CommentRow {
    CommentRow {
        mine: one.account_id.is_some() && one.account_id == actor.account_id,
        id: one.id,
        touchpoint_id: one.touchpoint_id,
        touchpoint: touchpoint.to_owned(),
        author: one.author,
        words: one.words,
        at: one.created_at,
    }
}

/// The comments on a touchpoint, in order of time.
pub async fn comments(
    services: &Services,
    actor: &Actor,
    of: &Touchpoint,
) -> Result<Vec<CommentRow>, ServiceError> {
    let comments = db::notes::comments(&services.db, &of.id).await?;
    Ok(comments.into_iter().map(|one| comment_row(actor, &of.name, one)).collect())
}

/// Comments that mention this person, the latest first.
pub async fn mentions(
    services: &Services,
    actor: &Actor,
    inventory: &Inventory,
) -> Result<Vec<CommentRow>, ServiceError> {
    let Some(account) = &actor.account_id else { return Ok(Vec::new()) };
    let found = db::notes::mentions(&services.db, account, 20).await?;
    let rows = found.into_iter().filter_map(|one| {
        let touchpoint = inventory.touchpoints.iter().find(|of| of.id == one.touchpoint_id)?;
        Some(comment_row(actor, &touchpoint.name, one))
    });
    Ok(rows.collect())
}

/// Writes a comment. People whose names stand after an @ find it among their mentions.
pub async fn comment(
    services: &Services,
    actor: &Actor,
    touchpoint_id: &str,
    text: &str,
) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "touchpoint")?;
    need_change(actor.may().comment, "touchpoint")?;
    let (_, inventory) = cache::inventory(services).await?;
    find(&inventory, touchpoint_id)?;
    let text = words(text, "words")?;
    if text.is_empty() {
        return Err(invalid("words", "The comment is empty.").remedy("Write something first.").into());
    }
    let lower = text.to_lowercase();
    let accounts = db::people::accounts(&services.db).await?;
    let mentioned: String = accounts
        .iter()
        .filter(|one| lower.contains(&format!("@{}", one.name.to_lowercase())))
        .map(|one| format!(" {} ", one.id))
        .collect();
    let now = services.now();
    let new = Comment {
        touchpoint_id: touchpoint_id.to_owned(),
        account_id: actor.account_id.clone(),
        author: actor.name.clone(),
        words: text,
        mentions: mentioned,
        created_at: now,
        ..Comment::default()
    };
    let tx = services.db.write().await?;
    db::notes::add_comment(&tx, &new).await?;
    db::audit(&tx, &actor.audited(now), "comment", "touchpoint", touchpoint_id, &json!({})).await?;
    tx.commit().await?;
    services.tell_changed(actor, &[touchpoint_id.to_owned()]);
    Ok(())
}

/// Removes one's own comment.
pub async fn delete_comment(services: &Services, actor: &Actor, id: &str) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "comment")?;
    let now = services.now();
    let tx = services.db.write().await?;
    let one = db::notes::comment(&tx, id).await?.ok_or_else(|| UserError::not_found("comment"))?;
    let own = one.account_id.is_some() && one.account_id == actor.account_id;
    need_change(own || actor.may().edit_inventory, "comment")?;
    db::notes::delete_comment(&tx, id).await?;
    // What was taken back is not kept in the history.
    let details = json!({ "by": one.author });
    db::audit(&tx, &actor.audited(now), "delete comment", "touchpoint", &one.touchpoint_id, &details).await?;
    tx.commit().await?;
    services.tell_changed(actor, &[one.touchpoint_id]);
    Ok(())
}

/// A proposal as pages show it.
pub fn proposal_row(inventory: &Inventory, actor: &Actor, one: Proposal) -> ProposalRow {
    let touchpoint = inventory.touchpoints.iter().find(|of| of.id == one.touchpoint_id);
    ProposalRow {
        may_decide: one.state == OPEN && touchpoint.is_some_and(|of| actor.owns(of.department_id.as_deref())),
        mine: one.account_id.is_some() && one.account_id == actor.account_id,
        touchpoint: touchpoint.map(|of| of.name.clone()).unwrap_or_default(),
        id: one.id,
        touchpoint_id: one.touchpoint_id,
        column: Column::from_key(&one.field),
        before: one.before,
        after: one.after,
        reason: one.reason,
        author: one.author,
        at: one.created_at,
        state: one.state,
        decided_by: one.decided_by,
        answer: one.answer,
    }
}

/// The proposals for a touchpoint, the latest first.
pub async fn proposals(
    services: &Services,
    actor: &Actor,
    inventory: &Inventory,
    of: &Touchpoint,
) -> Result<Vec<ProposalRow>, ServiceError> {
    let found = db::notes::proposals(&services.db, &of.id).await?;
    Ok(found.into_iter().map(|one| proposal_row(inventory, actor, one)).collect())
}

/// Proposes a value for one cell, with a reason.
pub async fn propose(
    services: &Services,
    actor: &Actor,
    touchpoint_id: &str,
    column: Column,
    after: &str,
    reason: &str,
) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "touchpoint")?;
    need_change(actor.may().propose, "touchpoint")?;
    let (_, inventory) = cache::inventory(services).await?;
    let one = find(&inventory, touchpoint_id)?;
    let names = cells::Names::of(&inventory);
    let before = names.row(actor, one).text(column);
    let mut wanted = one.clone();
    names.put(&mut wanted, column, after)?;
    let after = names.row(actor, &wanted).text(column);
    if after == before {
        return Err(invalid(column.key(), "That is what stands there already.").into());
    }
    let now = services.now();
    let new = Proposal {
        touchpoint_id: touchpoint_id.to_owned(),
        account_id: actor.account_id.clone(),
        author: actor.name.clone(),
        field: column.key().to_owned(),
        before,
        after,
        reason: words(reason, "reason")?,
        created_at: now,
        ..Proposal::default()
    };
    let tx = services.db.write().await?;
    propose_in(&tx, actor, now, &[new]).await?;
    tx.commit().await?;
    services.tell_changed(actor, &[touchpoint_id.to_owned()]);
    Ok(())
}

/// Accepts or declines a proposal. Accepting changes the cell, if it still holds what the proposal began from.
pub async fn decide(
    services: &Services,
    actor: &Actor,
    id: &str,
    accept: bool,
    answer: &str,
) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "proposal")?;
    let answer = words(answer, "answer")?;
    let now = services.now();
    let tx = services.db.write().await?;
    let one = db::notes::proposal(&tx, id).await?.filter(|one| one.state == OPEN);
    let one = one.ok_or_else(|| UserError::not_found("open proposal"))?;
    let inventory = db::inventory::load_in(&tx).await?;
    let touchpoint = find(&inventory, &one.touchpoint_id)?;
    need_change(actor.owns(touchpoint.department_id.as_deref()), "touchpoint")?;
    let column = Column::from_key(&one.field).ok_or_else(|| UserError::not_found("column"))?;
    if accept {
        let cells = vec![(column, one.before.clone(), one.after.clone())];
        let edit = RowEdit { id: touchpoint.id.clone(), cells };
        let edited = edit_cell_in(&tx, actor, now, edit).await?;
        if let Some(conflict) = edited.conflicts.first() {
            let message = format!(
                "{} of \u{201c}{}\u{201d} is \u{201c}{}\u{201d} now, no longer \u{201c}{}\u{201d}.",
                column.label(),
                conflict.touchpoint,
                conflict.theirs,
                one.before
            );
            return Err(UserError::new(Kind::Stale, "stale", message)
                .remedy("Change it by hand, or decline the proposal.")
                .into());
        }
        if let Some(problem) = edited.problems.first() {
            let error = UserError::new(Kind::Unprocessable, "invalid_value", problem.message.clone());
            return Err(error.at(column.label()).into());
        }
        if edited.proposed > 0 {
            return Err(UserError::new(
                Kind::Forbidden,
                "forbidden",
                "Only a CX manager can give a touchpoint to another department.",
            )
            .remedy("Ask a CX manager to accept it.")
            .into());
        }
    }
    settle(services, tx, actor, &one, if accept { "accepted" } else { "declined" }, &answer).await
}

/// Takes one's own proposal back.
pub async fn withdraw(services: &Services, actor: &Actor, id: &str) -> Result<(), ServiceError> {
    need(actor.may().see_inventory, "proposal")?;
    let tx = services.db.write().await?;
    let one = db::notes::proposal(&tx, id).await?.filter(|one| one.state == OPEN);
    let one = one.ok_or_else(|| UserError::not_found("open proposal"))?;
    let own = one.account_id.is_some() && one.account_id == actor.account_id;
    need_change(own, "proposal")?;
    settle(services, tx, actor, &one, "withdrawn", "").await
}

async fn settle(
    services: &Services,
    tx: db::Tx,
    actor: &Actor,
    one: &Proposal,
    state: &str,
    answer: &str,
) -> Result<(), ServiceError> {
    let now = services.now();
    if !db::notes::decide(&tx, &one.id, state, &actor.name, answer, now).await? {
        return Err(UserError::new(Kind::Conflict, "decided", "Somebody decided about it meanwhile.").into());
    }
    let details = json!({ "proposed": one.field, "value": one.after, "decision": state });
    db::audit(&tx, &actor.audited(now), "decide proposal", "touchpoint", &one.touchpoint_id, &details).await?;
    tx.commit().await?;
    services.tell_changed(actor, std::slice::from_ref(&one.touchpoint_id));
    Ok(())
}
