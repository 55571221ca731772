//! The sums that stand in the tables: counts and milliseconds, nothing that cannot be added.
//!
//! One list of fields gives the struct, its columns and its arithmetic: a field that is missing in one of them cannot be written. A
//! field is a column of the same name in the table of its kind.

use model::ServiceCounts;

use crate::spread::Spread;

macro_rules! sums {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name { $($(#[$of])* pub $field: i64,)* }

        impl $name {
            /// The names of its columns, in their order.
            pub const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),*];

            /// What stands in its columns, in their order.
            pub fn values(&self) -> Vec<i64> {
                vec![$(self.$field),*]
            }

            /// The sums of such columns; one that is missing counts nothing.
            pub fn of(values: impl IntoIterator<Item = i64>) -> Self {
                let mut values = values.into_iter();
                Self { $($field: values.next().unwrap_or(0),)* }
            }

            /// The sums of both.
            pub fn add(&mut self, other: &Self) {
                $(self.$field = self.$field.saturating_add(other.$field);)*
            }

            /// What is to be added to `other` to have this.
            pub fn less(&self, other: &Self) -> Self {
                Self { $($field: self.$field.saturating_sub(other.$field),)* }
            }

            /// Whether it changes nothing.
            pub fn is_zero(&self) -> bool {
                *self == Self::default()
            }
        }
    };
}

sums! {
    /// Of a queue, in the quarter of an hour in which callers entered it. Each caller who entered is one of `offered`, and of at most
    /// one of `answered`, `short_abandons`, `abandoned`, `callbacks`, `led_elsewhere`; of none while he waits.
    QueueSums {
        /// Calls that entered, once for each queue.
        offered,
        /// Of them: an agent was connected.
        answered,
        /// Of them: within T.
        answered_in_t,
        /// Who hung up before the bound of a short abandon.
        short_abandons,
        /// Who hung up after it.
        abandoned,
        /// Who hung up within T, short ones among them.
        abandoned_in_t,
        /// Who is to be called back and was not answered before.
        callbacks,
        /// Who left by a key, by a supervisor, or since it took too long or nobody was there.
        led_elsewhere,
        /// Calls that the queue did not let in: none of `offered`.
        turned_away,
        /// How long those waited who were answered, ringing included.
        wait_answered_ms,
        /// How long those waited who hung up after the bound.
        wait_abandoned_ms,
        /// Talks with agents: one more with each who is handed the call.
        talks,
        /// In them, without hold.
        talk_ms,
        /// In them, on hold.
        hold_ms,
        /// Filed after them.
        wrap_up_ms,
        /// Holds in them.
        holds,
        /// Talks that were handed on.
        handed_on,
        /// Offers that rang out.
        missed,
        /// Offers that an agent refused.
        rejected,
        /// Offers whose phone could not be reached.
        unreachable,
        /// Callers whom a survey asked that no agent pushed.
        surveys_asked,
        /// Of them: who answered a question.
        surveys_answered,
        /// Scores they gave.
        scores,
        /// Those scores, each as thousandths of its scale.
        score_permille,
        /// Scores in the lowest fifth of their scale.
        fifth_1,
        /// In the second.
        fifth_2,
        /// In the third.
        fifth_3,
        /// In the fourth.
        fifth_4,
        /// In the highest.
        fifth_5,
    }
}

sums! {
    /// Of an agent and a queue, or no queue, in the quarter of an hour in which callers entered that queue, or in which the call began.
    AgentSums {
        /// Offers to him that came to an end.
        offered,
        /// Offers that he answered.
        answered,
        /// Offers that rang out.
        missed,
        /// Offers that he refused.
        rejected,
        /// Offers for which his phone could not be reached.
        unreachable,
        /// Offers that ended without fault of his.
        cancelled,
        /// How long offers rang.
        ring_ms,
        /// Calls of his own to outside numbers that were answered.
        calls_out,
        /// Talks, without hold.
        talk_ms,
        /// In talks, on hold.
        hold_ms,
        /// Filed after them.
        wrap_up_ms,
        /// Holds in talks.
        holds,
        /// Talks that he handed on.
        handed_on,
        /// Callers whom a survey asked about him that he did not push.
        surveys_asked,
        /// Of them: who answered a question.
        surveys_answered,
        /// Scores they gave.
        scores,
        /// Those scores, each as thousandths of its scale.
        score_permille,
        /// Scores in the lowest fifth of their scale.
        fifth_1,
        /// In the second.
        fifth_2,
        /// In the third.
        fifth_3,
        /// In the fourth.
        fifth_4,
        /// In the highest.
        fifth_5,
    }
}

sums! {
    /// How an agent spent his time, cut at the borders of intervals.
    StateSums {
        /// Ready, and nothing rings.
        ready_ms,
        /// Not ready, for whatever reason.
        not_ready_ms,
        /// Chosen for a call, or it rings.
        ringing_ms,
        /// In a call and not holding.
        talking_ms,
        /// In a call that he holds.
        holding_ms,
        /// Filing.
        wrap_up_ms,
    }
}

sums! {
    /// Of a group and a type of tickets, in the quarter of an hour in which it happened. The group is the one that had the ticket; what
    /// is sent counts for whom it is sent to.
    TicketSums {
        /// Tickets that began, strangers' among them.
        created,
        /// Tickets that were there for work: submitted, or a stranger's that was released.
        opened,
        /// Answered at once.
        direct_answers,
        /// Sent to the group.
        dispatched,
        /// Accepted by one person of it.
        accepted,
        /// Sent back by it: not ours.
        returned,
        /// Sent on by it to somebody else.
        transferred,
        /// Brought from it to the next tier.
        escalated,
        /// Solved; each time.
        resolved,
        /// Closed; each time.
        closed,
        /// Opened again after they were closed.
        reopened,
        /// Tickets that were urged for the first time.
        urged,
        /// How often tickets were urged.
        urges,
        /// Entered in error.
        voided,
        /// Of them: an agent's mistake.
        mistakes,
        /// Went into another ticket.
        merged,
        /// Extensions that were asked for.
        extensions_asked,
        /// Extensions that were given.
        extensions_given,
        /// Return visits that were tried.
        visits,
        /// Of them: the customer was reached and content.
        visit_successes,
        /// Customers who gave one point of five.
        score_1,
        /// Two points.
        score_2,
        /// Three points.
        score_3,
        /// Four points.
        score_4,
        /// Five points.
        score_5,
        /// First responses in time.
        responses_kept,
        /// First responses that became overdue.
        responses_breached,
        /// Solutions in time.
        resolves_kept,
        /// Solutions that became overdue.
        resolves_breached,
        /// Acceptances by a group in time.
        stages_kept,
        /// Acceptances by a group that became overdue.
        stages_breached,
        /// How long those were in quarantine that left it.
        quarantined_ms,
        /// How many they were.
        quarantined_stays,
        /// How long those were new that are so no more.
        new_ms,
        /// How many they were.
        new_stays,
        /// How long those waited to be accepted that do so no more.
        dispatched_ms,
        /// How many they were.
        dispatched_stays,
        /// How long those were worked on that are so no more.
        in_progress_ms,
        /// How many they were.
        in_progress_stays,
        /// How long those were pending that are so no more.
        pending_ms,
        /// How many they were.
        pending_stays,
        /// How long those were in review that are so no more.
        in_review_ms,
        /// How many they were.
        in_review_stays,
        /// How long those lay solved that do so no more.
        resolved_ms,
        /// How many they were.
        resolved_stays,
    }
}

sums! {
    /// Of tickets, in the quarter of an hour in which they were answered at once.
    FirstContactSums {
        /// Nobody called about it again within the window.
        solved,
    }
}

sums! {
    /// Of a node of a script, in the hour in which callers came to it; of calls that have ended.
    IvrSums {
        /// Callers who came.
        entered,
        /// Who left by an exit.
        left,
        /// Whom somebody took there.
        answered,
        /// Who hung up there.
        hung_up,
        /// Whose call ended there otherwise: by the script, a deadline, an operator.
        ended,
        /// Whose call broke off there.
        lost,
        /// Whom another script had when their part there was over.
        handed_on,
        /// Of those who left: by a key that led straight to people.
        to_person,
        /// How often nobody pressed anything in time.
        timeouts,
        /// How often a key was pressed that leads nowhere.
        wrong_keys,
        /// How long all of them stayed.
        stay_ms,
    }
}

/// How much business time first responses and solutions took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TicketTimes {
    /// From submission to the first response.
    pub response: Spread,
    /// From submission to the solution.
    pub resolve: Spread,
}

impl QueueSums {
    /// What the formulas of service levels count. Abandons are all of them there, as on the live board.
    pub fn service(&self) -> ServiceCounts {
        let count = |value: i64| u64::try_from(value).unwrap_or(0);
        ServiceCounts {
            offered: count(self.offered),
            answered: count(self.answered),
            answered_in_t: count(self.answered_in_t),
            abandoned: count(self.abandoned.saturating_add(self.short_abandons)),
            abandoned_in_t: count(self.abandoned_in_t),
            short_abandons: count(self.short_abandons),
        }
    }
}

impl StateSums {
    /// Signed in.
    pub fn signed_in_ms(&self) -> i64 {
        self.values().iter().sum()
    }
}

impl TicketTimes {
    /// The times of both.
    pub fn add(&mut self, other: &Self) {
        self.response.add_all(&other.response);
        self.resolve.add_all(&other.resolve);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_come_back_from_their_columns_and_differ_by_what_is_to_be_added() {
        let mut one = QueueSums {
            offered: 3,
            score_permille: 700,
            ..QueueSums::default()
        };
        assert_eq!(QueueSums::of(one.values()), one);
        assert_eq!(QueueSums::COLUMNS.len(), one.values().len());
        let two = QueueSums {
            offered: 1,
            answered: 4,
            ..QueueSums::default()
        };
        let more = two.less(&one);
        one.add(&more);
        assert_eq!(one, two);
        assert!(one.less(&two).is_zero() && !more.is_zero());
    }
}
