//! One customer's life with the company.

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::logs::{Logs, To};
use crate::truth::Truth;

/// 2026-01-05 00:00 UTC, a Monday.
const BEGIN: i64 = 1_767_571_200;
const DAY: i64 = 86_400;
/// Days that the logs cover.
const DAYS: i64 = 180;
/// First and number of days on which the app fails.
const OUTAGE: (i64, i64) = (95, 3);

const DEVICES: [&str; 3] = ["phone", "laptop", "tablet"];
const PLANS: [&str; 3] = ["Fibre 100", "Fibre 250", "Fibre 1000"];
const CAMPAIGNS: [&str; 4] = ["spring", "summer", "bring-a-friend", "upgrade"];
const CODES: [&str; 6] = ["appointment", "invoice", "technical", "contract", "move", "other"];

struct Life<'a> {
    rng: ChaCha8Rng,
    id: String,
    device: &'static str,
    logs: &'a mut Logs,
    truth: &'a mut Truth,
    contacts: u32,
}

/// Lets a customer live; each has random numbers of its own, so that more customers change nobody's life.
pub fn live(seed: u64, number: u32, logs: &mut Logs, truth: &mut Truth) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(u64::from(number) + 1);
    let device = DEVICES[rng.random_range(0..DEVICES.len())];
    let id = format!("NT-{:06}", 100_000 + number);
    let mut life = Life { rng, id, device, logs, truth, contacts: 0 };
    // A third were customers before the logs begin.
    let old = life.chance(0.34);
    let begin = if old { BEGIN } else { BEGIN + life.within(0, 130) * DAY };
    if !old && !life.attract_and_buy(begin) {
        return;
    }
    let discount = life.chance(0.12);
    let first = if old { begin } else { begin + life.within(5, 14) * DAY };
    if !old {
        life.install(begin + 2 * DAY, first);
    }
    life.use_it(first, discount);
}

impl Life<'_> {
    fn chance(&mut self, p: f64) -> bool {
        self.rng.random_bool(p)
    }

    fn within(&mut self, from: i64, until: i64) -> i64 {
        self.rng.random_range(from..until)
    }

    /// A moment of waking hours on the day of an instant.
    fn daytime(&mut self, at: i64) -> i64 {
        at.div_euclid(DAY) * DAY + self.within(7 * 3600, 21 * 3600)
    }

    /// Waiting times thin out exponentially; mean in seconds.
    fn soon(&mut self, mean: f64) -> i64 {
        let u: f64 = self.rng.random();
        (-mean * (1.0 - u).ln()) as i64 + 60
    }

    fn open(&self, at: i64) -> bool {
        at < BEGIN + DAYS * DAY
    }

    fn web(&mut self, at: i64, page: &str) {
        if self.open(at) {
            self.logs.add(To::Web, at, vec![self.id.clone(), page.to_owned(), self.device.to_owned()]);
        }
    }

    fn bill(&mut self, at: i64, event: &str, amount: &str, plan: &str) {
        if self.open(at) {
            self.logs.add(
                To::Billing,
                at,
                vec![self.id.clone(), event.to_owned(), amount.to_owned(), plan.to_owned()],
            );
        }
    }

    fn mail(&mut self, at: i64, event: &str, campaign: &str) {
        if self.open(at) {
            self.logs.add(To::Mail, at, vec![self.id.clone(), event.to_owned(), campaign.to_owned()]);
        }
    }

    fn dispatch(&mut self, at: i64, event: &str, result: &str) {
        if self.open(at) {
            let order = format!("O-{}", &self.id[3..]);
            self.logs.add(To::Dispatch, at, vec![order, self.id.clone(), event.to_owned(), result.to_owned()]);
        }
    }

    /// A contact: mostly a call by way of the IVR, sometimes a chat.
    fn contact(&mut self, at: i64, cause: Option<&'static str>, code: &'static str, note: &str) {
        if !self.open(at) {
            return;
        }
        let call = self.chance(0.78);
        if call {
            let seconds = self.within(8, 40);
            let when = at - self.within(60, 240);
            self.logs.add(
                To::Ivr,
                when,
                vec![self.id.clone(), "Menu: service".to_owned(), seconds.to_string()],
            );
            let waited = self.within(20, 600);
            self.logs.add(To::Ivr, at - 30, vec![self.id.clone(), "Queue".to_owned(), waited.to_string()]);
        }
        // Agents are in a hurry: more than a quarter of the codes say nothing.
        let code = if self.chance(0.28) { CODES[self.rng.random_range(0..CODES.len())] } else { code };
        let handled = self.within(120, 1500);
        self.contacts += 1;
        let contact = format!("{}-{}", self.id, self.contacts);
        let channel = if call { "Call" } else { "Chat" };
        let cells = [
            contact,
            self.id.clone(),
            channel.to_owned(),
            code.to_owned(),
            note.to_owned(),
            handled.to_string(),
        ];
        self.logs.add(To::Contact, at, cells.into());
        self.truth.contact(cause);
    }

    /// A cause strikes; with some probability the customer gets in touch within days.
    fn strike(&mut self, at: i64, cause: &'static str, p: f64, code: &'static str, notes: [&str; 3]) {
        self.truth.strikes(cause);
        if self.chance(p) {
            let later = at + self.soon(1.4 * DAY as f64);
            if cause == "missed appointment" && self.chance(0.7) {
                let before = later - self.within(600, 7200);
                self.web(before, "Order status");
            }
            if cause == "wrong price" && self.chance(0.5) {
                let before = later - self.within(600, 7200);
                self.web(before, "My invoices");
            }
            let note = notes[self.rng.random_range(0..notes.len())];
            self.contact(later, Some(cause), code, note);
            if self.chance(0.22) {
                let again = later + self.soon(1.5 * DAY as f64);
                self.contact(again, Some(cause), code, note);
            }
        }
    }

    /// From the advert to the order; false where nothing is bought.
    fn attract_and_buy(&mut self, begin: i64) -> bool {
        let mut at = self.daytime(begin);
        if self.chance(0.5) {
            let campaign = CAMPAIGNS[self.rng.random_range(0..CAMPAIGNS.len())];
            self.mail(at, "Sent", campaign);
            if self.chance(0.45) {
                at += self.soon(7200.0);
                self.mail(at, "Clicked", campaign);
            }
        }
        for page in ["Home", "Plans", "Coverage check"] {
            if self.chance(0.85) {
                at += self.soon(120.0);
                self.web(at, page);
            }
        }
        if self.chance(0.25) {
            return false;
        }
        at += self.soon(600.0);
        self.web(at, "Checkout");
        if self.chance(0.12) {
            return false;
        }
        at += self.soon(240.0);
        self.web(at, "Order placed");
        let confirmed = at + self.soon(300.0);
        self.mail(confirmed, "Order confirmation", "transaction");
        true
    }

    /// The technician's visit: on time, late, or never.
    fn install(&mut self, ordered: i64, visit: i64) {
        self.dispatch(ordered, "Appointment booked", "");
        let at = self.daytime(visit);
        let looked_up = self.chance(0.4);
        if looked_up {
            let before = at - self.within(3600, 2 * DAY);
            self.web(before, "Order status");
        }
        let luck: f64 = self.rng.random();
        if luck < 0.14 {
            self.dispatch(at, "Technician visit", "missed");
            let notes = [
                "technician never came, waited all day for the appointment",
                "appointment missed, nobody called, wants new date",
                "no technician showed up for the appointment",
            ];
            self.strike(at + 4 * 3600, "missed appointment", 0.62, "appointment", notes);
            let second = at + self.within(3, 9) * DAY;
            self.dispatch(second, "Technician visit", "done");
        } else if luck < 0.3 {
            self.dispatch(at, "Technician visit", "late");
        } else {
            self.dispatch(at, "Technician visit", "done");
        }
    }

    /// Months of use, invoices, the app, mails, and the odd question.
    fn use_it(&mut self, first: i64, discount: bool) {
        let plan = PLANS[self.rng.random_range(0..PLANS.len())];
        let day_of_invoice = self.within(0, 28);
        let mut month = first + day_of_invoice * DAY;
        let mut number = 0;
        while self.open(month) {
            number += 1;
            let at = month.div_euclid(DAY) * DAY + 5 * 3600;
            // Sales promised a price that Billing does not know: the first two invoices are too high.
            if discount && number <= 2 {
                self.bill(at, "Invoice sent", "49.90", plan);
                self.bill(at, "Price differs from offer", "10.00", plan);
                let notes = [
                    "price on invoice higher than promised by sales",
                    "was promised a discount, invoice shows full price",
                    "wrong amount charged, offer said less",
                ];
                self.strike(at + DAY, "wrong price", 0.5, "invoice", notes);
            } else {
                self.bill(at, "Invoice sent", "39.90", plan);
            }
            if self.chance(0.25) {
                let seen = self.daytime(at + DAY);
                self.web(seen, "My invoices");
            }
            // Most pay by direct debit, which writes no log.
            if self.chance(0.3) {
                let paid = at + self.within(2, 15) * DAY;
                self.bill(paid, "Payment received", "39.90", plan);
            }
            if self.chance(0.3) {
                let sent = self.daytime(at + 9 * DAY);
                self.mail(sent, "Sent", "newsletter");
                if self.chance(0.3) {
                    let opened = sent + self.soon(20_000.0);
                    self.mail(opened, "Opened", "newsletter");
                }
            }
            month += 30 * DAY;
        }
        let visits = self.within(1, 3);
        for _ in 0..visits {
            let at = self.within(first, (BEGIN + DAYS * DAY).max(first + 1));
            let at = self.daytime(at);
            self.web(at, "App login");
            let page = ["Usage", "Plan overview", "Help article", "Speed test", "My invoices"]
                [self.rng.random_range(0..5)];
            let next = at + self.soon(90.0);
            self.web(next, page);
        }
        let outage = BEGIN + OUTAGE.0 * DAY;
        if first < outage && self.chance(0.2) {
            let at = outage + self.within(0, OUTAGE.1) * DAY;
            let at = self.daytime(at);
            self.web(at, "App error");
            let notes = [
                "app shows an error and does not load",
                "app outage, can't log in",
                "app broken since yesterday",
            ];
            self.strike(at, "app outage", 0.35, "technical", notes);
        }
        // Questions that nobody caused.
        let mut at = first + self.soon(110.0 * DAY as f64);
        while self.open(at) {
            let when = self.daytime(at);
            let (code, note) = [
                ("contract", "asks about the end of the contract"),
                ("move", "is moving house and asks what to do"),
                ("technical", "router light blinks, restarted, works"),
                ("other", "general question"),
            ][self.rng.random_range(0..4)];
            self.contact(when, None, code, note);
            at += self.soon(140.0 * DAY as f64);
        }
        let renewal = first + 150 * DAY;
        if self.chance(0.5) {
            let at = self.daytime(renewal);
            self.mail(at, "Sent", "renewal");
            if self.chance(0.4) {
                let next = at + self.soon(DAY as f64);
                self.web(next, "Renewal");
                if self.chance(0.6) {
                    let done = next + self.soon(600.0);
                    self.bill(done, "Contract renewed", "0.00", plan);
                }
            }
        }
    }
}
