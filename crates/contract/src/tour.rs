//! The guided tour through the demo: how a symptom looks like a cause until the log that is missing comes in.

/// Where a step is, what it is called, what to see there.
pub struct Step {
    pub path: &'static str,
    pub title: &'static str,
    pub words: &'static str,
}

/// All of them, in their order.
pub const STEPS: [Step; 7] = [
    Step {
        path: "/drivers",
        title: "Who causes the calls?",
        words: "Every contact is shared out over what the customer met before it. The headline is the part that other departments cause: the contact centre answers these calls, and can stop none of them.",
    },
    Step {
        path: "/drivers?open=risk&of=Order%20status%20page",
        title: "A suspect: the order status page",
        words: "Customers who look up their order call far more often afterwards. But read what they say: technician, appointment. The page knows nothing of either, and below, under \u{201c}What no log covers\u{201d}, the report says so.",
    },
    Step {
        path: "/sources",
        title: "Bring in the log that is missing",
        words: "The technicians\u{2019} visits are in no log. Save the dispatch log, drop it here, take \u{201c}dispatch\u{201d} as the name of the source, and import it. Then go on.",
    },
    Step {
        path: "/drivers",
        title: "The cause, and its symptom",
        words: "Now the visit that never came leads the list. The order status page is folded under it: outside the days after a missed visit, nobody calls because of it. Field service owns the visit, not the contact centre.",
    },
    Step {
        path: "/journeys?anchor=Call&direction=backward",
        title: "See it happen",
        words: "What came before the calls, step by step. A fine seam marks where a journey changes department. Click a link for the customers behind it, and one of them for the whole story.",
    },
    Step {
        path: "/inventory",
        title: "Everything has an owner",
        words: "Each touchpoint has a department, a promise, and KPIs with an owner who can control them, or can\u{2019}t. Double-click a cell to change it; click a name for all there is about it.",
    },
    Step {
        path: "/reviews",
        title: "Do something about it",
        words: "A review freezes the figures, names who does what by when, and shows eight weeks later whether the calls went down. That is the whole loop.",
    },
];

/// Path of a step; the start page after the last.
pub fn path_of(step: u8) -> Option<&'static str> {
    STEPS.get(usize::from(step).checked_sub(1)?).map(|step| step.path)
}
